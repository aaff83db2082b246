import { type ParseArgsConfig, parseArgs } from 'node:util'
import { usageError } from './command-error.js'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>
>

/** A flag that somebody may give a secret with: it would stay in the shell's history and the process list. */
const SECRET_FLAG = /^--?[a-z-]*(secret|password)/

interface Syntax<T extends Options> {
  options: T
  /** How many arguments without a flag there may be. Default 0. */
  positionals?: number
}

/** @throws CommandError for a wrong call. It quotes flags only, since anything else may be a secret. */
export function parseArguments<T extends Options>(
  args: string[],
  { options, positionals = 0 }: Syntax<T>,
): Parsed<T> {
  const parsed = parse(args, options)
  if (parsed.positionals.length > positionals) throw usageError('there are more arguments than it takes')
  return parsed
}

function parse<T extends Options>(args: string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw usageError(explain(error as NodeJS.ErrnoException, args))
  }
}

function explain({ code, message }: NodeJS.ErrnoException, args: readonly string[]): string {
  if (!code?.startsWith('ERR_PARSE_ARGS_')) return 'the arguments cannot be read'
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return unknownOption(message, args)
  const [firstLine = ''] = message.split('\n')
  return firstLine
}

function unknownOption(message: string, args: readonly string[]): string {
  if (args.some((arg) => SECRET_FLAG.test(arg) && !/^--secret-stdin$/.test(arg)))
    return 'a secret is taken from the environment or from stdin, never from a flag'
  const [, name = ''] = /'(--?[\w-]{0,40})/.exec(message) ?? []
  return `there is no option ${name}`
}

/** @throws CommandError when the option was not given, or is empty. */
export function required(value: string | undefined, flag: string): string {
  if (value !== undefined && value !== '') return value
  throw usageError(`${flag} is missing`)
}

/** What flags are called that set an option of `requireAuth` under another name. */
const FLAGS: readonly (readonly [RegExp, string])[] = [
  [/^algorithms\b/, '--algorithm'],
  [/^audience\.claim\b/, '--audience-claim'],
  [/^audience\.values\b/, '--audience'],
  [/^clockToleranceSeconds\b/, '--clock-tolerance'],
  [/^httpHosts\b/, '--http-host'],
  [/^issuer\.jwksUri\b/, '--jwks-uri'],
  [/^issuer\.metadataUrl\b/, '--metadata-url'],
  [/^introspection\.clientId\b/, '--introspection-client-id'],
  [/^(?=(issuer|audience|profile)\b)/, '--'],
]

/** What is wrong with an option of `requireAuth`, in the words of whoever gave it by a flag. */
export function asFlags(error: TypeError): string {
  const [pattern, flag] = FLAGS.find(([each]) => each.test(error.message)) ?? [/^/, '']
  return error.message
    .replace(pattern, flag)
    .replace('httpHosts)', '--http-host)')
    .replace(/with httpHosts: \["(.*?)"\]/, 'with --http-host $1')
    .replace('there is metadataUrl', 'there is --metadata-url')
    .replace('needs metadataUrl or jwksUri', 'needs --metadata-url or --jwks-uri')
}
