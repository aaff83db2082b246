import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from './run.js'

export const root = resolve(import.meta.dirname, '../..')

/** @returns The path of the tarball that would be published. */
export async function packPackage(folder) {
  await run('npm pack --silent --pack-destination', { cwd: root, args: [folder] })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return join(folder, `express-require-auth-${version}.tgz`)
}

/** Installs the packages that several projects share; where they are there already, only this package anew. */
export async function installArea(folder, name, tarball) {
  const cwd = join(folder, name)
  const { omit = [], ...manifest } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'areas', `${name}.json`), 'utf8'),
  )
  const installed = join(cwd, 'node_modules/express-require-auth')
  if (existsSync(installed)) {
    rmSync(installed, { recursive: true })
    mkdirSync(installed)
    await run('tar xzf', { cwd: installed, args: [tarball, '--strip-components=1'] })
    chmodSync(join(installed, 'dist/cli.js'), 0o755)
    return
  }
  mkdirSync(cwd, { recursive: true })
  manifest.dependencies['express-require-auth'] = `file:${tarball}`
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest))
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock', '--loglevel=error']
  await run('npm install', { cwd, args: [...quiet, ...omit.map((kind) => `--omit=${kind}`)] })
}
