import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'

const root = resolve(import.meta.dirname, '../..')

export interface Run {
  stdin?: string
  env?: Record<string, string>
}

/** Starts the real command. Times are told in UTC. */
export function startCli(args: readonly string[], env: Record<string, string> = {}) {
  const clean = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TZ: 'UTC' }
  return spawn(process.execPath, ['dist/cli.js', ...args], {
    cwd: root,
    env: { ...clean, ...env },
  }) as ChildProcessWithoutNullStreams
}

export async function ended(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  return new Promise((done) => child.once('close', done))
}

/** Runs the real command to its end. */
export async function cli(args: readonly string[], { stdin = '', env }: Run = {}) {
  const child = startCli(args, env)
  child.stdin.on('error', () => {}) // a command that reads nothing may be gone already
  child.stdin.end(stdin)
  const [code, stdout, stderr] = await Promise.all([ended(child), text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}
