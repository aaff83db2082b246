import { fetchMetadata } from '../issuer/discovery.js'
import { issuerUrl } from '../issuer/issuer-name.js'
import {
  AnswerError,
  FetchError,
  type FetchJsonOptions,
  fetchJson,
  type JsonAnswer,
} from '../net/fetch-json.js'
import { isSafeLink } from '../net/safe-url.js'
import { asFlags, parseArguments, required } from './arguments.js'
import { CommandError, usageError } from './command-error.js'
import { printableJson, shown } from './printable.js'
import { createMask, type Mask, maskedJson } from './secrets.js'
import type { Terminal } from './terminal.js'
import { isDeeper, MAX_DEPTH } from './token-form.js'

export const help = `Usage: require-auth token --issuer URL|DOMAIN --client-id ID --audience A [options]

Gets an access token by client credentials (RFC 6749 §4.4) and prints it.

The client's secret is read from the environment variable REQUIRE_AUTH_CLIENT_SECRET, or from stdin.

Options:
  --issuer I          issuer URL, or domain: login.northwind.com means https://login.northwind.com/
  --client-id ID      the client
  --audience A        identifier of the API the token is for
  --scope "S S"       scopes to ask for (default: all that the client may have)
  --organization ORG  organization to ask for
  --http-host HOST    a host that may be called over plain http, such as keycloak:8080 (may be repeated)
  --secret-stdin      read the secret from stdin
  --json              print the whole answer, as JSON`

const TIMEOUT_MS = 10_000
const MAX_BYTES = 262_144
/** Statuses of errors that come with JSON (RFC 6749 §5.2), and those that servers add. */
const ERROR_STATUSES = [400, 401, 403, 404, 429, 500, 502, 503]
/** What an access token may be made of (RFC 6749 appendix A.12); nothing of it drives a terminal. */
const ACCESS_TOKEN = /^[\x21-\x7e]+$/

/** A shorter secret is found by chance in many a token. */
const MIN_TELLING_LENGTH = 8

interface Client {
  id: string
  secret: string
}

export async function run(args: string[], terminal: Terminal): Promise<undefined> {
  const { values } = parseArguments(args, {
    options: {
      issuer: { type: 'string' },
      'client-id': { type: 'string' },
      audience: { type: 'string' },
      scope: { type: 'string' },
      organization: { type: 'string' },
      'http-host': { type: 'string', multiple: true },
      'secret-stdin': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
  const httpHosts = values['http-host'] ?? []
  const issuer = readIssuer(required(values.issuer, '--issuer'), httpHosts)
  const id = required(values['client-id'], '--client-id')
  const { scope, organization } = values
  const fields = { audience: required(values.audience, '--audience'), scope, organization }
  const client = { id, secret: await readSecret(values['secret-stdin'], terminal) }
  const mask = createMask(client.secret)
  const answer = await requestToken({ issuer, httpHosts, client, mask }, fields).catch(explain)
  if (isDeeper(answer, MAX_DEPTH)) throw new CommandError('the token endpoint answered with too deep a JSON')
  terminal.print(values.json ? printableJson(maskedJson(answer, mask)) : accessTokenOf(answer, client))
}

function readIssuer(setting: string, httpHosts: readonly string[]): string {
  try {
    return issuerUrl(setting, httpHosts)
  } catch (error) {
    throw usageError(asFlags(error as TypeError))
  }
}

async function readSecret(fromStdin: boolean | undefined, terminal: Terminal): Promise<string> {
  const secret = fromStdin ? await terminal.read('the secret') : process.env.REQUIRE_AUTH_CLIENT_SECRET
  if (secret) return secret
  if (fromStdin) throw usageError('the secret on stdin is empty')
  throw usageError('the secret is missing: set REQUIRE_AUTH_CLIENT_SECRET, or pipe it in with --secret-stdin')
}

type Fields = Readonly<Record<string, string | undefined>>

interface TokenRequest {
  issuer: string
  httpHosts: readonly string[]
  client: Client
  mask: Mask
}

async function requestToken(
  { issuer, httpHosts, client, mask }: TokenRequest,
  fields: Fields,
): Promise<unknown> {
  const transport: FetchJsonOptions = { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: MAX_BYTES }
  const metadata = await fetchMetadata({ issuer, metadataUrl: undefined, httpHosts }, transport)
  const { token_endpoint: endpoint, token_endpoint_auth_methods_supported: methods } = metadata
  if (!isSafeLink(endpoint, issuer, httpHosts))
    throw new AnswerError(`the metadata of ${issuer} has no safe token_endpoint`)
  const isPosted = Array.isArray(methods) && methods.includes('client_secret_post')
  const credentials = isPosted ? posted(client) : basic(client)
  const form = formOf({ grant_type: 'client_credentials', ...fields, ...credentials.fields })
  const { headers } = credentials
  const answer = await fetchJson(endpoint, { ...transport, form, headers, statuses: ERROR_STATUSES })
  return accepted(answer, mask)
}

function posted({ id, secret }: Client) {
  return { fields: { client_id: id, client_secret: secret }, headers: {} }
}

/** What every server must take, and what metadata without a list means (RFC 6749 §2.3.1, RFC 8414 §2). */
function basic({ id, secret }: Client) {
  const pair = [id, secret].map((part) => formOf({ part }).toString().slice('part='.length)).join(':')
  return { fields: {}, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

function formOf(fields: Fields): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).filter(isGiven))
}

function isGiven(field: [string, string | undefined]): field is [string, string] {
  return field[1] !== undefined
}

/** An answer may hold what was sent: the secret goes into no message. */
function accepted({ status, body }: JsonAnswer, mask: Mask): unknown {
  if (status === 200) return body
  const { error, error_description: description } = (body ?? {}) as Record<string, unknown>
  if (typeof error !== 'string') throw new CommandError(`the token endpoint answered with status ${status}`)
  const reason = typeof description === 'string' ? `${error}: ${description}` : error
  throw new CommandError(`${shown(mask(reason))} (status ${status})`)
}

function accessTokenOf(answer: unknown, { secret }: Client): string {
  const { access_token: token } = (answer ?? {}) as Record<string, unknown>
  const isTelling = secret.length >= MIN_TELLING_LENGTH
  if (isTelling && typeof token === 'string' && createMask(secret)(token) !== token)
    throw new CommandError('the token endpoint answered with an access_token that holds the secret')
  if (typeof token === 'string' && ACCESS_TOKEN.test(token)) return token
  throw new CommandError('the token endpoint answered without a well-formed access_token')
}

function explain(error: unknown): never {
  if (error instanceof AnswerError) throw new CommandError(error.message)
  if (!(error instanceof FetchError)) throw error
  const status = error.status === undefined ? '' : ` (status ${error.status})`
  throw new CommandError(error.message.replace(/ with status \d+$/, '') + status)
}
