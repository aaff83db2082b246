// Packs the package, installs the tarball into an empty project as a stranger would, and uses it there:
// from an ES module, from CommonJS, and from strict TypeScript that also checks our declarations.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const project = mkdtempSync(join(tmpdir(), 'express-require-auth-'))
const run = (cwd, command, ...args) => {
  console.log(`$ ${command} ${args.join(' ')}`)
  execFileSync(command, args, { cwd, stdio: 'inherit' })
}

try {
  run(root, 'npm', 'pack', '--silent', '--pack-destination', project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tarball = `./express-require-auth-${version}.tgz`
  const others = ['express@5', 'typescript@5', '@types/express@5', '@types/node@20']
  run(project, 'npm', 'install', '--no-audit', '--no-fund', '--silent', tarball, ...others)
  cpSync(join(import.meta.dirname, 'consumers'), project, { recursive: true })
  run(project, 'node', 'esm.mjs')
  run(project, 'node', '--disable-warning=ExperimentalWarning', 'commonjs.cjs')
  run(project, 'npx', 'tsc', '-p', 'tsconfig.consumer.json')
  run(project, 'node', 'built/strict.mjs')
  run(project, 'npx', 'require-auth', '--help')
  run(root, 'npx', 'publint', '--strict')
  run(root, 'npx', 'attw', '--pack', '.', '--profile', 'esm-only')
} finally {
  rmSync(project, { recursive: true, force: true })
}
