import type { JsonObject } from '../../compact-jws.js'
import { isAuthError, type RefusalCode } from '../../errors.js'
import { type ClaimRules, checkType as checkTypeRule } from '../../token/claims.js'
import { KID, UNSUPPORTED_HEADERS } from '../../token/jwt.js'
import { shown } from '../printable.js'
import { type Finding, fail, ok } from './finding.js'

/** Those of `requireAuth` without further options. */
export const RULES: ClaimRules = {
  clockToleranceSeconds: 5,
  maxTokenAgeSeconds: undefined,
  profile: undefined,
  confirmations: [],
}

/** The refusal that a rule of the library answers with, or undefined when it passes. */
export function refusalOf(rule: () => unknown): RefusalCode | undefined {
  try {
    rule()
    return undefined
  } catch (error) {
    if (isAuthError(error)) return error.code
    throw error
  }
}

export function checkHeader(header: JsonObject): Finding {
  const { kid } = header
  const unsupported = UNSUPPORTED_HEADERS.find((name) => Object.hasOwn(header, name))
  const change = 'get an access token for an API: this is some other kind of JWS'
  if (unsupported) return fail('header', `${unsupported} changes what a signature means: refused`, change)
  if (kid === undefined || (typeof kid === 'string' && KID.test(kid)))
    return ok('header', 'no member that must be understood, a well-formed kid')
  return fail('header', `kid ${shown(kid)} is not 1 to 256 printable characters`, change)
}

export function checkType(header: JsonObject, claims: JsonObject): Finding {
  const typ = header.typ === undefined ? 'no typ' : `typ ${shown(header.typ)}`
  if (refusalOf(() => checkTypeRule(header, claims, RULES)) === undefined)
    return ok('typ', `${typ} passes for an access token`)
  const isIdToken = 'nonce' in claims || 'at_hash' in claims || 'c_hash' in claims
  if (isIdToken) return fail('typ', 'an ID token, by its claims', 'send the access token, not the ID token')
  return fail('typ', `${typ} and these claims are not an access token's`, 'send the access token')
}

export function checkAlgorithm({ alg }: JsonObject): Finding {
  if (alg === 'RS256') return ok('alg', 'RS256')
  return fail('alg', `${shown(alg)} is not RS256`, algorithmHint(String(alg)))
}

function algorithmHint(alg: string): string {
  if (alg.startsWith('HS'))
    return "set the API's signing algorithm to RS256 at the issuer: shared secrets are never taken"
  if (/^([RP]S(256|384|512)|ES(256|384|512)|EdDSA|Ed25519)$/.test(alg))
    return `let the issuer sign with RS256, or set algorithms: ['${alg}'] in requireAuth`
  return 'let the issuer sign with RS256'
}
