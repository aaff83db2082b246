import type { JsonObject } from '../../jose/compact-jws.js'
import { algorithmFault, headerFault } from '../../token/jwt.js'
import { markFault, typeFault } from '../../token/kind.js'
import { shown } from '../printable.js'
import { type Finding, fail, ok } from './finding.js'

export function checkHeader(header: JsonObject): Finding {
  const fault = headerFault(header)
  if (!fault) return ok('header', 'no member that must be understood, a well-formed kid')
  const change = 'get an access token for an API: this is some other kind of JWS'
  if (fault.header !== 'kid')
    return fail('header', `${fault.header} changes what a signature means: refused`, change)
  return fail('header', `kid ${shown(fault.received)} is not 1 to 256 printable characters`, change)
}

export function checkType(header: JsonObject, claims: JsonObject): Finding {
  const typ = header.typ === undefined ? 'no typ' : `typ ${shown(header.typ)}`
  const fault =
    typeFault(header, claims, { profile: undefined, tokenTypes: [], allowIdTokenClaims: false }) ??
    markFault(claims)
  if (!fault) return ok('typ', `${typ} passes for an access token`)
  const isIdToken = 'nonce' in claims || 'at_hash' in claims || 'c_hash' in claims
  if (isIdToken) return fail('typ', 'an ID token, by its claims', 'send the access token, not the ID token')
  return fail('typ', `${typ} and these claims are not an access token's`, 'send the access token')
}

export function checkAlgorithm({ alg }: JsonObject): Finding {
  if (alg === 'RS256') return ok('alg', 'RS256')
  const { hint = '' } = algorithmFault(alg, ['RS256'])
  return fail('alg', `${shown(alg)} is not RS256`, algorithmHint(alg) ?? hint)
}

function algorithmHint(alg: unknown): string | undefined {
  if (typeof alg !== 'string') return undefined
  if (alg.startsWith('HS'))
    return "set the API's signing algorithm to RS256 at the issuer: shared secrets are never taken"
  if (/^([RP]S(256|384|512)|ES(256|384|512)|EdDSA|Ed25519)$/.test(alg))
    return `let the issuer sign with RS256, or set algorithms: ['${alg}'] in requireAuth`
  return 'let the issuer sign with RS256'
}
