import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { root } from './areas.js'
import { run } from './run.js'

const kit = readFileSync(join(import.meta.dirname, 'kit/kit.ts'), 'utf8')

/** @throws Error whose message is what the failing command printed. */
export async function runRow(folder, row, tarball) {
  const isHere = row.area === 'repository'
  const cwd = isHere ? root : createProject(folder, row)
  const bins = [isHere ? root : join(folder, row.area), join(folder, 'express5')]
  const path = [...bins.map((bin) => join(bin, 'node_modules/.bin')), process.env.PATH].join(delimiter)
  for (const command of row.run) await run(command.replace('TARBALL', tarball), { cwd, path })
}

function createProject(folder, row) {
  const area = join(folder, row.area)
  const cwd = join(area, row.name)
  rmSync(cwd, { recursive: true, force: true })
  mkdirSync(cwd)
  for (const from of row.files ?? []) cpSync(join(root, from), cwd, { recursive: true })
  if (row.project) cpSync(join(import.meta.dirname, 'projects', row.project), cwd, { recursive: true })
  writeJson(join(cwd, 'package.json'), { name: row.name, private: true, ...row.manifest })
  if (row.tsconfig) writeJson(join(cwd, 'tsconfig.json'), row.tsconfig)
  if (row.kit) writeFileSync(join(cwd, row.kit), kitFor(row.kit, folder))
  if (row.snippetsOf) writeSnippets(row.snippetsOf, cwd)
  const copy = row.copyOfPackage
  if (copy) cpSync(join(area, 'node_modules/express-require-auth'), join(cwd, copy), { recursive: true })
  return cwd
}

/** The JavaScript of a guide, as test files. */
function writeSnippets(guide, cwd) {
  const snippets = readFileSync(join(root, guide), 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm)
  for (const [index, [, code]] of [...snippets].entries()) {
    writeFileSync(join(cwd, `guide-${index}.test.js`), code)
  }
}

function writeJson(file, value) {
  writeFileSync(file, JSON.stringify(value, undefined, 2))
}

/** The kit is written once, in TypeScript; who wants JavaScript gets what TypeScript makes of it. */
function kitFor(file, folder) {
  if (file.endsWith('.ts')) return kit
  const typescript = createRequire(join(folder, 'express5/'))('typescript')
  const module = file.endsWith('.cjs') ? 'commonjs' : 'esnext'
  const compilerOptions = { target: 'es2022', module, esModuleInterop: true }
  return typescript.transpileModule(kit, { compilerOptions }).outputText
}
