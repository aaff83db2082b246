import type { Claims } from '../auth.js'
import type { JsonObject } from '../jose/compact-jws.js'
import type { ClaimContext, ClaimFault, ClaimRules } from './claims.js'

/** Issuers' clocks run a little ahead of others, and `iat` makes no token valid earlier than `nbf` does. */
const IAT_AHEAD_SECONDS = 60

export function expiryFault(
  claims: JsonObject,
  { now, clockToleranceSeconds }: ClaimContext,
): ClaimFault | undefined {
  const { exp } = claims as Claims
  if (now < exp + clockToleranceSeconds) return undefined
  const expected = `later than ${Math.floor(now - clockToleranceSeconds)}`
  return { code: 'token_expired', claim: 'exp', expected, received: exp }
}

/** Never in favour of a fraction of a second. */
export function notBeforeFault(
  claims: JsonObject,
  { now, clockToleranceSeconds }: ClaimContext,
): ClaimFault | undefined {
  const { nbf } = claims as Claims
  const latest = Math.floor(now) + clockToleranceSeconds
  if (nbf === undefined || nbf <= latest) return undefined
  return {
    code: 'token_not_yet_valid',
    claim: 'nbf',
    expected: `at most ${latest}`,
    received: nbf,
    hint: CLOCKS,
  }
}

export function issuedAtFault(
  claims: JsonObject,
  { now, clockToleranceSeconds }: ClaimContext,
): ClaimFault | undefined {
  const { iat } = claims as Claims
  const latest = now + Math.max(IAT_AHEAD_SECONDS, clockToleranceSeconds)
  if (iat === undefined || iat <= latest) return undefined
  const expected = `at most ${Math.floor(latest)}`
  return { code: 'token_not_yet_valid', claim: 'iat', expected, received: iat, hint: CLOCKS }
}

const CLOCKS = 'compare the clocks of this machine and of the issuer'

export function ageFault(claims: JsonObject, context: ClaimContext): ClaimFault | undefined {
  const { iat } = claims as Claims
  const { maxTokenAgeSeconds, now } = context
  if (maxTokenAgeSeconds === undefined) return undefined
  const expected = `no more than ${maxTokenAgeSeconds} s ago`
  if (iat === undefined) return { code: 'claim_invalid', claim: 'iat', expected, received: iat }
  if (now < endOf(claims as Claims, context)) return undefined
  return { code: 'token_too_old', claim: 'iat', expected, received: iat }
}

/** The epoch second from which the token is refused. */
export function endOf({ exp, iat }: Claims, rules: ClaimRules): number {
  const { maxTokenAgeSeconds = Number.POSITIVE_INFINITY, clockToleranceSeconds } = rules
  return Math.min(exp, (iat ?? 0) + maxTokenAgeSeconds) + clockToleranceSeconds
}
