import type { Request } from 'express'
import { type JsonObject, type KnownHeader, parseCompactJws } from '../compact-jws.js'
import { authError } from '../errors.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import { isSignedBy, type VerificationKey } from '../jwk.js'
import type { Auth, Claims } from '../request.js'
import { audiencesOf, type ClaimRules, checkClaims, checkType, endOf, scopesOf } from './claims.js'

/** A verified access token with all that can end it early. */
export interface Verdict {
  readonly auth: Auth
  readonly issuer: Issuer
  readonly key: VerificationKey
  /** The epoch second from which it no longer holds. */
  readonly endsAt: number
}

/** Long enough for any issuer's `kid`; it is a name to look up, nothing else (RFC 8725 §3.10). */
export const KID = /^[\x20-\x7e]{1,256}$/

/** Header members that would change what a signature means (RFC 7515 §4.1.11, RFC 7797, RFC 7516). None is understood. */
export const UNSUPPORTED_HEADERS = ['crit', 'b64', 'zip', 'enc']

export type JwtVerifier = (token: string, req: Request | undefined) => Promise<Verdict>

/**
 * Verifies JWT access tokens: refuses what can be refused without a key first, so that floods cost no signature
 * check and no fetch.
 *
 * @see RFC 9068 §4, RFC 7519 §7.2, RFC 8725 §3
 */
export function createJwtVerifier(issuers: Issuers, rules: ClaimRules): JwtVerifier {
  let verifiedBefore: KnownHeader | undefined // tokens of one key have one header: read once, kept once

  return async function verifyJwt(token, req) {
    const { header, claims: unverifiedClaims } = parseCompactJws(token, verifiedBefore)
    checkHeader(header)
    const issuer = await issuers.find(unverifiedClaims.iss, req)
    const alg = allowedAlgorithm(header, issuer)
    checkType(header, unverifiedClaims, rules)
    const claims = checkClaims(unverifiedClaims, issuer.audience, rules)
    const key = await issuer.keys.find(header.kid as string | undefined, alg)
    if (!(await isSignedBy(token, key))) throw authError('signature_invalid')
    if (header !== verifiedBefore?.header)
      verifiedBefore = { text: token.slice(0, token.indexOf('.')), header }
    return { auth: authOf(token, header, claims), issuer, key, endsAt: endOf(claims, rules) }
  }
}

function checkHeader(header: JsonObject): void {
  const { kid } = header
  const isKid = kid === undefined || (typeof kid === 'string' && KID.test(kid))
  if (!isKid || UNSUPPORTED_HEADERS.some((name) => Object.hasOwn(header, name)))
    throw authError('token_malformed')
}

function allowedAlgorithm({ alg }: JsonObject, { algorithms }: Issuer): string {
  const allowed = algorithms.find((algorithm) => algorithm === alg)
  if (allowed === undefined) throw authError('algorithm_not_allowed')
  return allowed
}

/** `req.auth` of a verified token. */
export function authOf(token: string, header: JsonObject, claims: Claims): Auth {
  const { sub, iss, exp, aud, permissions = [] } = claims
  const clientId = (claims.client_id ?? claims.azp) as string | undefined
  return deepFreeze({
    token,
    scheme: claims.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    header,
    claims,
    scopes: scopesOf(claims),
    permissions: permissions as readonly string[],
    issuer: iss,
    ...(sub !== undefined && { subject: sub }),
    ...(clientId !== undefined && { clientId }),
    audience: audiencesOf(aud),
    expiresAt: exp,
  })
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Object.isFrozen(value)) return value
  for (const name in value) deepFreeze(value[name])
  return Object.freeze(value)
}
