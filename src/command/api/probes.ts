import type { JsonObject } from '../../jose/compact-jws.js'
import { tokenForm } from '../token-form.js'

/** One request that the API is to answer, and what RFC 6750 wants as the answer. */
export interface Probe {
  check: string
  authorization: readonly string[]
  /** Added to the query of the URL. */
  query?: string
  expects: Expectation
  /** What a 2xx would mean. */
  danger: string
}

/**
 * `challenge`: 401 without an error code, since no credentials were sent. `taken`: 2xx. `invalid`: 401 with
 * `invalid_token`. `unacceptable`: refused in whatever way, by 400 or 401.
 */
export type Expectation = 'challenge' | 'taken' | 'invalid' | 'unacceptable'

const GARBAGE = 'require-auth-doctor.made-this-up'

const CLOSE_IT = 'the API answers anyone: put requireAuth, or what guards it, before this route'
const UNSIGNED = 'the API takes tokens that nobody signed: stop it now, and verify signatures'
const UNVERIFIED = 'the API does not verify signatures: stop it now, anyone can make such tokens'

/** Without credentials, and with what is no token at all. */
export function probesWithoutToken(): Probe[] {
  return [
    { check: 'no token', authorization: [], expects: 'challenge', danger: CLOSE_IT },
    { check: 'garbage', authorization: [bearer(GARBAGE)], expects: 'invalid', danger: CLOSE_IT },
  ]
}

/** The token as it is, and spoiled copies of it. */
export function probesOf(token: string): Probe[] {
  const authorization = [bearer(token)]
  const own: Probe = isExpired(token)
    ? expiredProbe(token)
    : isBound(token)
      ? { check: 'bound token', authorization, expects: 'invalid', danger: BOUND }
      : { check: 'token', authorization, expects: 'taken', danger: '' }
  return [own, ...spoiledProbes(token)]
}

export function expiredProbe(token: string): Probe {
  const danger = 'the API takes expired tokens: let it check exp'
  return { check: 'expired', authorization: [bearer(token)], expects: 'invalid', danger }
}

const BOUND =
  'the API takes a bound token as a bearer token: let it check the binding (RFC 9449 §7, RFC 8705 §3)'

function spoiledProbes(token: string): Probe[] {
  const invalid = (check: string, spoiled: string, danger: string): Probe => {
    return { check, authorization: [bearer(spoiled)], expects: 'invalid', danger }
  }
  return [
    ...signatureProbes(token, invalid),
    invalid('altered', withOtherEnd(token), UNVERIFIED),
    {
      check: 'sent twice',
      authorization: [bearer(token), bearer(token)],
      expects: 'unacceptable',
      danger:
        'two Authorization headers may be read differently by proxy and API: refuse such requests (400)',
    },
    {
      check: 'in query',
      authorization: [],
      query: token,
      expects: 'unacceptable',
      danger: 'the API takes tokens from the URL, which logs and histories keep (RFC 6750 §5.3)',
    },
  ]
}

type Invalid = (check: string, spoiled: string, danger: string) => Probe

function signatureProbes(token: string, invalid: Invalid): Probe[] {
  const read = tokenForm(token)
  if (read.form !== 'jwt') return []
  const [header = '', claims = '', signature = ''] = token.split('.')
  const none = encode({ ...read.header, alg: 'none' })
  return [
    invalid('unsigned', `${header}.${claims}.`, UNSIGNED),
    invalid('alg none', `${none}.${claims}.`, UNSIGNED),
    invalid('none signed', `${none}.${claims}.${signature}`, UNSIGNED),
  ]
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Changes the first bit of the last character: the only one that counts wherever the bytes end. */
function withOtherEnd(token: string): string {
  const end = token.replace(/=+$/, '')
  const place = BASE64URL.indexOf(end.at(-1) ?? '')
  const other = place === -1 ? 'A' : BASE64URL[place ^ 32]
  return end.slice(0, -1) + other + token.slice(end.length)
}

function claimsOf(token: string): JsonObject {
  const read = tokenForm(token)
  return read.form === 'jwt' ? read.claims : {}
}

/** By what it says itself. */
export function isExpired(token: string): boolean {
  const { exp } = claimsOf(token)
  return typeof exp === 'number' && exp < Date.now() / 1000
}

function isBound(token: string): boolean {
  const { cnf } = claimsOf(token)
  return typeof cnf === 'object' && cnf !== null
}

function bearer(token: string): string {
  return `Bearer ${token}`
}

function encode(header: JsonObject): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}
