import { hash } from 'node:crypto'
import type { Auth } from '../auth.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import { isCompactJws } from '../jose/compact-jws.js'
import { after } from '../net/after.js'
import { createSingleFlight } from '../net/single-flight.js'
import type { Presented } from '../presented.js'
import { authError } from '../refusal/errors.js'
import { createJwtCache } from '../token/cache.js'
import type { ClaimRules } from '../token/claims.js'
import type { Introspection } from '../token/introspection.js'
import { createJwtVerifier, type VerifiedJwt } from '../token/jwt.js'
import type { GuardRules } from './options.js'

/** What a token turned out to be, whoever sent it. */
export interface Judged {
  readonly auth: Auth
  readonly issuer: Issuer
  readonly source: 'jwt' | 'introspection' | 'cache'
}

/** Judges the token alone: recalls a verdict, or verifies, or asks. */
export type Judge = (presented: Presented) => Judged | Promise<Judged>

export interface JudgeConfig {
  readonly rules: GuardRules
  readonly claimRules: ClaimRules
  readonly issuers: Issuers<never>
  /** Undefined: opaque tokens are refused. */
  readonly introspection: Introspection | undefined
}

/** Where a character is none of b64token's (RFC 6750 §2.1). A search without repetition: nothing backtracks. */
const NOT_B64TOKEN = /[^A-Za-z0-9\-._~+/]/

export function createJudge({ rules, claimRules, issuers, introspection }: JudgeConfig): Judge {
  const { maxTokenBytes } = rules
  const cache = rules.cache ? createJwtCache(rules.cache.maxEntries) : undefined
  const verify = createFirstUse(issuers, claimRules, cache !== undefined)

  function verifyFirst(presented: Presented, digest: string): Judged | Promise<Judged> {
    checkForm(presented.token)
    if (introspection && !isCompactJws(presented.token)) return introspection.judge(presented.token, digest)
    return after(verify(presented, digest), (verified) => {
      cache?.set(digest, verified)
      return confirm(verified, digest, 'jwt')
    })
  }

  function recall(known: VerifiedJwt, presented: Presented, digest: string): Judged | Promise<Judged> {
    if (!issuers.perRequest) return confirm(known, digest, 'cache')
    return after(isCurrent(issuers, known, presented), (current) =>
      current ? confirm(known, digest, 'cache') : verifyFirst(presented, digest),
    )
  }

  function confirm({ auth, issuer }: VerifiedJwt, digest: string, source: 'jwt' | 'cache') {
    const judged: Judged = { auth, issuer, source }
    if (!introspection?.confirms(issuer)) return judged
    return after(introspection.confirm(auth, digest), () => judged)
  }

  return function judge(presented) {
    const digest = digestOf(presented.token, maxTokenBytes)
    const known = cache?.get(digest)
    return known ? recall(known, presented, digest) : verifyFirst(presented, digest)
  }
}

/**
 * Concurrent first uses of one token share one verification. Not without a cache, nor where the application's resolver
 * decides for each request: it may trust an issuer for one host and not for another.
 */
function createFirstUse(issuers: Issuers<never>, claimRules: ClaimRules, isShared: boolean) {
  const verifyJwt = createJwtVerifier(issuers, claimRules)
  if (!isShared || issuers.perRequest) return verifyJwt
  const flights = createSingleFlight<VerifiedJwt>()
  return (presented: Presented, digest: string) => flights.run(digest, () => verifyJwt(presented))
}

/** When a resolver gives an issuer other settings than before, tokens are judged anew by these. */
function isCurrent(
  issuers: Issuers<never>,
  { auth, issuer }: VerifiedJwt,
  { context }: Presented,
): boolean | Promise<boolean> {
  return after(issuers.find(auth.claims, context as never), (found) => found === issuer)
}

function digestOf(token: string, maxBytes: number): string {
  if (token.length > maxBytes) throw tooLarge(token.length, maxBytes)
  return hash('sha256', token, 'base64url')
}

function tooLarge(bytes: number, maxBytes: number) {
  const hint = 'put fewer claims into the token, or raise maxTokenBytes'
  return authError('token_too_large', {
    details: () => ({ expected: `at most ${maxBytes} bytes`, received: `${bytes} bytes`, hint }),
  })
}

/** Padding may only stand at the end: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. */
function checkForm(token: string): void {
  const end = token.search(NOT_B64TOKEN)
  if (end === 0 || (end > 0 && token.slice(end) !== '='.repeat(token.length - end))) {
    throw authError('credentials_malformed')
  }
}
