import { type Auth, createAuth } from '../auth.js'
import type { Issuer } from '../issuer/issuers.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { authError } from '../refusal/errors.js'
import { type ClaimRules, checkClaims } from './claims.js'
import type { IntrospectionRules } from './introspection-options.js'
import { checkMarks } from './kind.js'
import { endOf } from './time-rules.js'

/** What the authorization server answered about a token. */
export interface Introspected {
  readonly auth: Auth
  readonly issuer: Issuer
  readonly source: 'introspection' | 'cache'
}

/** What an answer is judged by. */
interface Accepting {
  rules: IntrospectionRules
  issuer: Issuer
  claimRules: ClaimRules
}

/**
 * What an answer about an opaque token comes to, with the epoch second at which it ends.
 *
 * The server may have applied times and audience itself, or left that to us: its answer is held to the same rules as
 * the claims of a JWT (RFC 7662 §2.2, §4). A token without `exp` is good until the next question.
 *
 * @throws `token_inactive`, `issuer_unknown`, and what `checkClaims` and `checkMarks` throw
 */
export function accepted(token: string, answer: JsonObject, { rules, issuer, claimRules }: Accepting) {
  const { active, ...members } = answer
  if (active !== true) throw authError('token_inactive')
  checkMarks(members)
  checkDpopMark(members)
  const now = Date.now() / 1000
  const nextQuestion = Math.ceil(now + Math.max(rules.maxAgeSeconds, 1))
  const claims = checkClaims(
    { exp: nextQuestion, ...members, iss: members.iss ?? issuer.issuer },
    {
      ...claimRules,
      profile: undefined, // which is about JWTs
      audience: issuer.audience,
      audienceOptional: !rules.requireAudience,
      now,
    },
  )
  if (claims.iss !== issuer.issuer) throw authError('issuer_unknown')
  const auth = createAuth(token, {}, claims)
  const introspected: Introspected = { auth, issuer, source: 'cache' }
  return { introspected, endsAt: Math.min(claims.exp, endOf(claims, claimRules)) }
}

/** A token that the server calls DPoP-bound without naming the key could be anybody's. */
function checkDpopMark({ token_type: type, cnf }: JsonObject): void {
  const isBound = (cnf as { jkt?: unknown } | undefined | null)?.jkt !== undefined
  if (typeof type === 'string' && type.toLowerCase() === 'dpop' && !isBound) throw authError('claim_invalid')
}

/**
 * What an answer about a JWT that was verified here comes to. An answer about another token must not keep it alive.
 *
 * @throws `token_inactive`
 */
export function confirmed({ active, jti, sub }: JsonObject, { claims, expiresAt }: Auth) {
  const isSame = (answered: unknown, own: unknown) =>
    answered === undefined || answered === null || answered === own
  if (active === true && isSame(jti, claims.jti) && isSame(sub, claims.sub))
    return { introspected: undefined, endsAt: expiresAt }
  throw authError('token_inactive')
}
