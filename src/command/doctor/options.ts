import { readFile } from 'node:fs/promises'
import type { RequireAuthOptions } from '../../express/options.js'
import type { IssuerSetting } from '../../issuer/setting.js'
import { isPlainObject } from '../../options/checks.js'
import { asFlags, required } from '../arguments.js'
import { usageError } from '../command-error.js'
import { createSetup, type Setup } from './setup.js'

/** The flags that stand for options of `requireAuth`. */
export const SETUP_FLAGS = {
  config: { type: 'string' },
  issuer: { type: 'string', multiple: true },
  audience: { type: 'string', multiple: true },
  'audience-claim': { type: 'string' },
  algorithm: { type: 'string', multiple: true },
  'jwks-uri': { type: 'string' },
  'metadata-url': { type: 'string' },
  'http-host': { type: 'string', multiple: true },
  'clock-tolerance': { type: 'string' },
  profile: { type: 'string' },
  'introspection-client-id': { type: 'string' },
  'no-introspection-audience': { type: 'boolean' },
  dpop: { type: 'boolean' },
  mtls: { type: 'boolean' },
} as const

export type SetupValues = {
  readonly [Name in keyof typeof SETUP_FLAGS]?:
    | ((typeof SETUP_FLAGS)[Name] extends { multiple: true }
        ? string[]
        : (typeof SETUP_FLAGS)[Name] extends { type: 'boolean' }
          ? boolean
          : string)
    | undefined
}

/** Reads the set-up from a file or from flags. @throws CommandError naming the flag that is wrong. */
export async function readSetup(values: SetupValues, secret: string | undefined): Promise<Setup> {
  const { config, ...flags } = values
  if (config === undefined) return checkedSetup(optionsOf(flags, secret), asFlags)
  const other = Object.entries(flags).find(([, value]) => value !== undefined)
  if (other) throw usageError(`--config holds the whole set-up: leave out --${other[0]}`)
  const options = withSecret(await readConfig(config), secret)
  return checkedSetup(options, ({ message }) => `--config: ${message}`)
}

/** What `requireAuth` refuses is wrong usage here. */
function checkedSetup(options: unknown, explain: (error: TypeError) => string): Setup {
  try {
    return createSetup(options as RequireAuthOptions)
  } catch (error) {
    if (error instanceof TypeError) throw usageError(explain(error))
    throw error
  }
}

function optionsOf(values: SetupValues, secret: string | undefined): Record<string, unknown> {
  required(values.issuer?.[0], '--issuer')
  required(values.audience?.[0], '--audience')
  const introspection = introspectionOf(values, secret)
  const options = {
    issuer: issuersOf(values),
    audience: audienceOf(values),
    algorithms: values.algorithm,
    httpHosts: values['http-host'],
    clockToleranceSeconds: numberIn(values['clock-tolerance']),
    profile: values.profile,
    introspection,
    dpop: values.dpop && {},
    mtls: values.mtls && {},
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function issuersOf(values: SetupValues): IssuerSetting[] {
  const { issuer: issuers = [], 'jwks-uri': jwksUri, 'metadata-url': metadataUrl } = values
  if (jwksUri === undefined && metadataUrl === undefined) return issuers
  if (issuers.length > 1) throw usageError('--jwks-uri and --metadata-url are for one --issuer: see --config')
  const given = {
    ...(jwksUri !== undefined && { jwksUri }),
    ...(metadataUrl !== undefined && { metadataUrl }),
  }
  return issuers.map((issuer) => ({ issuer, ...given }))
}

function audienceOf({ audience = [], 'audience-claim': claim }: SetupValues) {
  return claim === undefined ? audience : { claim, values: audience }
}

/** Text that is no number stays as it is, to be quoted. */
function numberIn(text: string | undefined): unknown {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

function introspectionOf(values: SetupValues, secret: string | undefined) {
  const clientId = values['introspection-client-id']
  const isLax = values['no-introspection-audience']
  if (clientId === undefined && isLax)
    throw usageError('--no-introspection-audience needs --introspection-client-id')
  if (clientId === undefined) return undefined
  if (!secret) throw usageError('the secret is missing: set REQUIRE_AUTH_CLIENT_SECRET')
  return { clientId, clientSecret: secret, requireAudience: !isLax }
}

async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw usageError(`--config: the file cannot be read (${code})`)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw usageError('--config: the file is not JSON') // the parser's own message quotes it, secrets included
  }
}

/** So that a file need not hold the secret. */
function withSecret(options: unknown, secret: string | undefined): unknown {
  if (!isPlainObject(options) || !isPlainObject(options.introspection) || !secret) return options
  const { introspection } = options
  if ('clientSecret' in introspection || 'privateKey' in introspection) return options
  return { ...options, introspection: { ...introspection, clientSecret: secret } }
}
