import type { Request } from 'express'
import { after } from '../after.js'
import {
  type JsonObject,
  type KnownHeader,
  knownHeader,
  parseCompactJws,
  type UnverifiedJws,
} from '../compact-jws.js'
import { authError } from '../errors.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import type { VerificationKey } from '../jwk.js'
import type { Auth, Claims } from '../request.js'
import { hasSignatureOf } from '../signature.js'
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

/** At once where the keys of the issuer are there. */
export type JwtVerifier = (token: string, req: Request | undefined) => Verdict | Promise<Verdict>

/**
 * Verifies JWT access tokens: refuses what can be refused without a key first, so that floods cost no signature
 * check and no fetch.
 *
 * @see RFC 9068 §4, RFC 7519 §7.2, RFC 8725 §3
 */
export function createJwtVerifier(issuers: Issuers, rules: ClaimRules): JwtVerifier {
  let verifiedBefore: KnownHeader | undefined // tokens of one key have one header: read once, kept once

  function verifyFor(issuer: Issuer, token: string, jws: UnverifiedJws): Verdict | Promise<Verdict> {
    const { header } = jws
    const alg = allowedAlgorithm(header, issuer)
    checkType(header, jws.claims, rules)
    const claims = checkClaims(jws.claims, issuer.audience, rules)
    return after(issuer.keys.find(header.kid as string | undefined, alg), (key) => {
      if (!hasSignatureOf(key, jws)) throw authError('signature_invalid')
      if (header !== verifiedBefore?.header) verifiedBefore = knownHeader(token, header)
      return { auth: authOf(token, header, claims), issuer, key, endsAt: endOf(claims, rules) }
    })
  }

  return function verifyJwt(token, req) {
    const jws = parseCompactJws(token, verifiedBefore)
    checkHeader(jws.header)
    return after(issuers.find(jws.claims.iss, req), (issuer) => verifyFor(issuer, token, jws))
  }
}

/** What a token says that was verified before, `header` being its header. */
export function readVerified(token: string, header: JsonObject): Auth {
  return authOf(token, header, parseCompactJws(token, knownHeader(token, header)).claims as Claims)
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
  const auth: Writable<Auth> = {
    token,
    scheme: claims.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    header,
    claims,
    scopes: scopesOf(claims),
    permissions: (claims.permissions ?? []) as readonly string[],
    issuer: claims.iss,
    audience: audiencesOf(claims.aud),
    expiresAt: claims.exp,
  }
  const clientId = (claims.client_id ?? claims.azp) as string | undefined
  if (claims.sub !== undefined) auth.subject = claims.sub
  if (clientId !== undefined) auth.clientId = clientId
  return deepFreeze(auth)
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
