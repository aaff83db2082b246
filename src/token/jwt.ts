import { type Auth, type Claims, createAuth } from '../auth.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import { signsFor } from '../issuer/tenant-template.js'
import { ALGORITHMS } from '../jose/algorithms.js'
import {
  type JsonObject,
  type KnownHeader,
  knownHeader,
  parseCompactJws,
  type UnverifiedJws,
} from '../jose/compact-jws.js'
import { isSigned } from '../jose/signature.js'
import type { VerificationKey } from '../jose/verification-key.js'
import { after } from '../net/after.js'
import type { Presented } from '../presented.js'
import { detailsOf, type Finding } from '../refusal/details.js'
import { type AuthError, authError } from '../refusal/errors.js'
import { type ClaimContext, type ClaimRules, checkClaims } from './claims.js'
import { checkKind, type KindContext } from './kind.js'
import { endOf } from './time-rules.js'

/** A verified JWT with all that can end it early. */
export interface VerifiedJwt {
  readonly auth: Auth
  readonly issuer: Issuer
  readonly key: VerificationKey
  /** The epoch second from which it no longer holds. */
  readonly endsAt: number
}

/** Long enough for any issuer's `kid`; it is a name to look up, nothing else (RFC 8725 §3.10). */
const KID = /^[\x20-\x7e]{1,256}$/

/** Header members that would change what a signature means (RFC 7515 §4.1.11, RFC 7797, RFC 7516). None is understood. */
const UNSUPPORTED_HEADERS = ['crit', 'b64', 'zip', 'enc']

/** At once where the keys of the issuer are there. */
export type JwtVerifier = (presented: Presented) => VerifiedJwt | Promise<VerifiedJwt>

/**
 * Verifies JWT access tokens: refuses what can be refused without a key first, so that floods cost no signature
 * check and no fetch.
 *
 * @see RFC 9068 §4, RFC 7519 §7.2, RFC 8725 §3
 */
export function createJwtVerifier(issuers: Issuers, rules: ClaimRules): JwtVerifier {
  let verifiedBefore: KnownHeader | undefined // tokens of one key have one header: read once, kept once

  function accept(
    token: string,
    { header, claims }: UnverifiedJws,
    issuer: Issuer,
    key: VerificationKey,
  ): VerifiedJwt {
    if (header !== verifiedBefore?.header) verifiedBefore = knownHeader(token, header)
    const verified = claims as Claims
    return { auth: createAuth(token, header, verified), issuer, key, endsAt: endOf(verified, rules) }
  }

  function verifyFor(issuer: Issuer, token: string, jws: UnverifiedJws): VerifiedJwt | Promise<VerifiedJwt> {
    const { header, claims } = jws
    const alg = allowedAlgorithm(header, issuer)
    checkKind(header, claims, kindContext(issuer, rules))
    checkClaims(claims, claimContext(issuer, rules))
    const found = issuer.keys.find(header.kid as string | undefined, alg)
    return after(found, (key) =>
      after(signingKey(key, jws, issuer), (signedWith) => accept(token, jws, issuer, signedWith)),
    )
  }

  return function verifyJwt({ token, context }) {
    const jws = parseCompactJws(token, verifiedBefore)
    const fault = headerFault(jws.header)
    if (fault) throw refused('token_malformed', fault)
    return after(issuers.find(jws.claims, context), (issuer) => verifyFor(issuer, token, jws))
  }
}

/** Written out member by member, here and below: for every new token, a spread would cost microseconds. */
function kindContext({ kinds }: Issuer, { profile }: ClaimRules): KindContext {
  return { tokenTypes: kinds.tokenTypes, allowIdTokenClaims: kinds.allowIdTokenClaims, profile }
}

function claimContext({ audience }: Issuer, rules: ClaimRules): ClaimContext {
  const { clockToleranceSeconds, maxTokenAgeSeconds, profile, confirmations } = rules
  const now = Date.now() / 1000
  return { clockToleranceSeconds, maxTokenAgeSeconds, profile, confirmations, audience, now }
}

/** The key that made the signature: the one found, or the one that has meanwhile taken its name. */
function signingKey(
  key: VerificationKey,
  jws: UnverifiedJws,
  { keys }: Issuer,
): VerificationKey | Promise<VerificationKey> {
  return after(verifies(key, jws), (signed) => {
    if (signed) return key
    return keys.replacementFor(key, jws.header.kid as string | undefined).then(async (replacement) => {
      if (replacement && (await verifies(replacement, jws))) return replacement
      throw authError('signature_invalid')
    })
  })
}

function verifies(key: VerificationKey, jws: UnverifiedJws): boolean | Promise<boolean> {
  return signsFor(key.issuer, jws.claims) && isSigned(key, jws)
}

/** What a token says that was verified before, `header` being its header. */
export function readVerified(token: string, header: JsonObject): Auth {
  return createAuth(token, header, parseCompactJws(token, knownHeader(token, header)).claims as Claims)
}

export function headerFault(header: JsonObject): Finding | undefined {
  const { kid } = header
  const unsupported = UNSUPPORTED_HEADERS.find((name) => Object.hasOwn(header, name))
  if (unsupported) return { header: unsupported, expected: 'absent', received: header[unsupported] }
  if (kid === undefined || (typeof kid === 'string' && KID.test(kid))) return undefined
  return { header: 'kid', expected: '1 to 256 printable characters', received: kid }
}

function allowedAlgorithm({ alg }: JsonObject, { algorithms }: Issuer): string {
  const allowed = algorithms.find((algorithm) => algorithm === alg)
  if (allowed === undefined) throw refused('algorithm_not_allowed', algorithmFault(alg, algorithms))
  return allowed
}

export function algorithmFault(alg: unknown, algorithms: readonly string[]): Finding {
  const hint = (ALGORITHMS as readonly unknown[]).includes(alg)
    ? `algorithms: ['${alg}'] would take it`
    : 'let the issuer sign with RS256: neither none nor shared secrets are ever taken'
  return { header: 'alg', expected: algorithms.join(' or '), received: alg, hint }
}

function refused(code: 'token_malformed' | 'algorithm_not_allowed', finding: Finding): AuthError {
  return authError(code, { details: () => detailsOf(finding) })
}
