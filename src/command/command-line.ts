import { CommandError, usageError } from './command-error.js'
import type { Terminal } from './terminal.js'
import { packageVersion } from './version.js'

interface Command {
  help: string
  /** Resolves with the exit code, or nothing for 0. */
  run(args: string[], terminal: Terminal): Promise<number | undefined>
}

/** Loaded when asked for: only the issuer needs Express. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['issuer', () => import('./issuer.js')],
  ['token', () => import('./token.js')],
  ['inspect', () => import('./inspect.js')],
  ['doctor', () => import('./doctor.js')],
])

const help = `Usage: require-auth COMMAND [options]

Commands:
  issuer    run an authorization server on this machine, for development only
  token     get an access token by client credentials
  inspect   explain what an access token says, without verifying it
  doctor    check a live set-up, a token against it, and a deployed API, step by step

Options:
  -h, --help   this text, or that of a command: require-auth token --help
  --version    the version of express-require-auth

Exit codes: 0 well, 1 a request or a check failed, 2 wrong usage.`

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === '--help' || arg === '-h')
}

async function run([name = '', ...args]: readonly string[], terminal: Terminal): Promise<number> {
  const load = commands.get(name)
  if (load) return runCommand(await load(), args, terminal)
  if (name === '--version') terminal.print(packageVersion())
  else if (asksForHelp([name])) terminal.print(help)
  else throw usageError(name === '' ? 'a command is missing' : `there is no command ${JSON.stringify(name)}`)
  return 0
}

async function runCommand(command: Command, args: string[], terminal: Terminal): Promise<number> {
  if (!asksForHelp(args)) return (await command.run(args, terminal)) ?? 0
  terminal.print(command.help)
  return 0
}

function explain(error: unknown, name: string | undefined, terminal: Terminal): number {
  if (!(error instanceof CommandError)) throw error
  const command = commands.has(name ?? '') ? `require-auth ${name}` : 'require-auth'
  const hint = error.exitCode === 2 ? ` (see ${command} --help)` : ''
  terminal.complain(`${command}: ${error.message}${hint}`)
  return error.exitCode
}

/** Runs the command that the first argument names. Resolves with the exit code; a failure is told in one line. */
export function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  return run(args, terminal).catch((error) => explain(error, args[0], terminal))
}
