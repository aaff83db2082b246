import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { runCommandLine } from '../../src/command/command-line.js'
import { createTerminal } from '../../src/command/terminal.js'

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
export async function cliProcess(args: readonly string[], { stdin = '', env }: Run = {}) {
  const child = startCli(args, env)
  child.stdin.on('error', () => {}) // a command that reads nothing may be gone already
  child.stdin.end(stdin)
  const [code, stdout, stderr] = await Promise.all([ended(child), text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

let former: Promise<unknown> = Promise.resolve()

/**
 * Runs the command to its end in this process, since a process of its own takes a third of a second to start.
 * One after another: a command finds its secret in the environment.
 */
export function cli(args: readonly string[], { stdin = '', env = {} }: Run = {}) {
  const run = former.then(() => inEnvironment({ TZ: 'UTC', ...env }, () => runHere(args, stdin, env)))
  former = run.catch(() => {})
  return run
}

async function runHere(args: readonly string[], stdin: string, env: Record<string, string>) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, env }
  const printed = Promise.all([text(stdout), text(stderr)])
  const code = await runCommandLine(args, createTerminal(streams as never))
  for (const stream of [stdout, stderr]) stream.end()
  const [out, err] = await printed
  return { code, stdout: out, stderr: err }
}

async function inEnvironment<Result>(env: Record<string, string>, work: () => Promise<Result>) {
  const names = Object.keys(env)
  const before = names.map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, env)
  try {
    return await work()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
