import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export { freePort } from '../free-port.js'

export const root = resolve(import.meta.dirname, '../..')

/** Where a server is installed and keeps its data, outside of what git sees. */
export function cacheFolder(server: string): string {
  const folder = join(root, 'node_modules/.cache/servers', server)
  mkdirSync(folder, { recursive: true })
  return folder
}

export function hasCommand(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Whether `apt-get install` works here: the script may then install what a server needs. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && hasCommand('apt-get')
}

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
}

/** Runs a command to its end. @throws Error with the end of its output when it fails. */
export async function run(command: string, args: readonly string[], { cwd, env }: RunOptions = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
  child.stdin.end()
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`)
  return output
}

/** Installs Debian packages that are missing. */
export async function aptInstall(...packages: string[]): Promise<void> {
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  await run('apt-get', ['update', '-qq'])
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
  await run('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' } })
}

function isInstalled(name: string): boolean {
  try {
    return /^Status: .* installed$/m.test(execFileSync('dpkg', ['-s', name], { stdio: 'pipe' }).toString())
  } catch {
    return false
  }
}

export interface ServerCommand extends RunOptions {
  command: string
  args: readonly string[]
  /** Answers 200 once the server works. */
  readyUrl: string
  /** File that takes its output. */
  log: string
  startSeconds?: number
}

export interface RunningProcess {
  stop(): Promise<void>
}

/** Starts a server and waits until it answers. @throws Error with the end of its log when it does not. */
export async function startProcess(given: ServerCommand): Promise<RunningProcess> {
  const log = openSync(given.log, 'w')
  const child = spawn(given.command, given.args, {
    cwd: given.cwd,
    env: { ...process.env, ...given.env },
    stdio: ['ignore', log, log],
    detached: true, // a group of its own: a start script's children end with it
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const stop = () => end(child)
  try {
    await answers(given.readyUrl, child, given.startSeconds ?? 120)
  } catch (error) {
    await stop()
    throw new Error(`${(error as Error).message}:\n${readFileSync(given.log, 'utf8').slice(-4000)}`)
  }
  return { stop }
}

/** What `RunningServer` says of stops, for a server that is started by `launch` every time. */
export async function restartable(launch: () => Promise<RunningProcess>) {
  let current = await launch()
  const stop = () => current.stop()
  const restart = async () => {
    current = await launch()
  }
  return { stop, restart, close: stop }
}

const running = new Set<ChildProcess>()

/** Servers end with this process, however it ends, short of SIGKILL. */
process.once('exit', () => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

async function answers(url: string, child: ChildProcess, seconds: number): Promise<void> {
  let failed: Error | undefined
  child.once('error', (error) => (failed = error))
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (failed) throw failed
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    const response = await fetch(url).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return
    await sleep(200)
  }
  throw new Error(`${child.spawnfile} gave no answer within ${seconds} s`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  const patience = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), 15_000)
  await closed
  clearTimeout(patience)
}

export interface Posted {
  /** `client_secret_basic`. */
  client?: { id: string; secret: string }
  headers?: Record<string, string>
}

/** Posts a form and reads JSON. @throws Error with what came, unless that is a 2xx. */
export async function postForm(url: string, form: Record<string, string>, { client, headers }: Posted = {}) {
  const basic = client && `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...(basic && { authorization: basic }), ...headers },
    body: new URLSearchParams(form),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${text.slice(0, 500)}`)
  return text === '' ? {} : JSON.parse(text)
}
