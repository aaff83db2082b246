import { audiencesOf, type Claims, isStrings } from '../auth.js'
import type { AudienceRule } from '../issuer/issuers.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { detailsOf, type Finding, nearMissHint, oneOf } from '../refusal/details.js'
import { authError } from '../refusal/errors.js'
import type { RefusalCode } from '../refusal/table.js'
import { ageFault, expiryFault, issuedAtFault, notBeforeFault } from './time-rules.js'

/** What every access token is held to, whatever its issuer. */
export interface ClaimRules {
  readonly clockToleranceSeconds: number
  readonly maxTokenAgeSeconds: number | undefined
  readonly profile: 'rfc9068' | undefined
  /** The members of `cnf` that are checked on every request. */
  readonly confirmations: readonly string[]
}

/** The rules for one token. */
export interface ClaimContext extends ClaimRules {
  readonly audience: AudienceRule
  /** Whether a token without any audience may pass: for introspection answers of servers that send none. */
  readonly audienceOptional?: boolean
  /** Epoch seconds. */
  readonly now: number
}

/** Why a claim does not pass. */
export interface ClaimFault extends Finding {
  readonly code: RefusalCode
}

/** One rule. Null counts as absent, times and `cnf` excepted. */
export interface ClaimRule {
  /** The claim it is about. */
  readonly claim: string
  /** Undefined when the claim passes. Called only after the rules before it have passed. */
  fault(claims: JsonObject, context: ClaimContext): ClaimFault | undefined
}

/** In the order in which a token is refused. A new rule is a new row. */
export const claimRules: readonly ClaimRule[] = [
  form('exp', 'a number of epoch seconds', isTime),
  form('nbf', 'a number of epoch seconds', (value) => value === undefined || isTime(value)),
  form('iat', 'a number of epoch seconds', (value) => value === undefined || isTime(value)),
  form('sub', 'a string', isTextOrAbsent),
  form('jti', 'a string', isTextOrAbsent),
  form('scope', 'a string or a list of strings', isScope),
  form('scp', 'a string or a list of strings', isScope),
  profileRule('sub'),
  profileRule('client_id'),
  profileRule('iat'),
  profileRule('jti'),
  { claim: 'cnf', fault: confirmationFault },
  { claim: 'aud', fault: audienceFault },
  { claim: 'exp', fault: expiryFault },
  { claim: 'nbf', fault: notBeforeFault },
  { claim: 'iat', fault: issuedAtFault },
  { claim: 'iat', fault: ageFault },
]

/**
 * Checks times, audience, and the form of every claim that this package reads.
 *
 * @throws `claim_invalid`, `binding_unsupported`, `audience_mismatch`, `token_expired`, `token_not_yet_valid`,
 * `token_too_old`
 * @see RFC 7519 §4.1, RFC 9068 §2.2
 */
export function checkClaims(claims: JsonObject, context: ClaimContext): Claims {
  for (const rule of claimRules) {
    const fault = rule.fault(claims, context)
    if (fault) throw authError(fault.code, { details: () => claimDetails(fault) })
  }
  return claims as Claims
}

function claimDetails({ code: _, ...finding }: ClaimFault) {
  return detailsOf(finding)
}

function form(claim: string, expected: string, isForm: (value: unknown) => boolean): ClaimRule {
  return {
    claim,
    fault: ({ [claim]: received }) =>
      isForm(received) ? undefined : { code: 'claim_invalid', claim, expected, received },
  }
}

/** A NumericDate is a finite number; `1e999` in JSON is not. */
function isTime(value: unknown): boolean {
  return Number.isFinite(value)
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

function isScope(value: unknown): boolean {
  return isTextOrAbsent(value) || isStrings(value)
}

/** @see RFC 9068 §2.2 */
function profileRule(claim: string): ClaimRule {
  return {
    claim,
    fault({ [claim]: received }, { profile }) {
      const isThere = claim === 'iat' ? received !== undefined : typeof received === 'string'
      if (profile === undefined || isThere) return undefined
      return { code: 'claim_invalid', claim, expected: 'present (profile rfc9068)', received }
    },
  }
}

/** Ways of binding a token (RFC 7800 §3, RFC 8705 §3.1, RFC 9449 §6): one that is not checked refuses. */
const KNOWN_CONFIRMATIONS = ['jkt', 'x5t#S256', 'jwk', 'jwe', 'kid', 'jku']

/**
 * A token bound in a way nobody checks would be as good for whoever stole it. Members that are unknown are ignored
 * beside one that is checked (RFC 7800 §3.1), such as `kc-jkt-type` of Keycloak.
 */
function confirmationFault({ cnf }: JsonObject, { confirmations }: ClaimContext): ClaimFault | undefined {
  if (cnf === undefined) return undefined
  const members = typeof cnf === 'object' && cnf !== null ? Object.entries(cnf) : []
  const known = members.filter(([name]) => KNOWN_CONFIRMATIONS.includes(name))
  const isChecked = ([name, value]: [string, unknown]) =>
    confirmations.includes(name) && typeof value === 'string' && value !== ''
  if (known.length > 0 && known.every(isChecked)) return undefined
  const expected = confirmations.length > 0 ? confirmations.join(', ') : 'no binding'
  const hint = 'turn on dpop for jkt, mtls for x5t#S256'
  return { code: 'binding_unsupported', claim: 'cnf', expected, received: cnf, hint }
}

/** Another claim stands for the audience only in tokens that have none. */
function audienceFault(claims: JsonObject, context: ClaimContext): ClaimFault | undefined {
  const { claim, values } = context.audience
  const { aud, [claim]: received } = claims
  const hasNone = aud === undefined || aud === null || (Array.isArray(aud) && aud.length === 0)
  if (claim !== 'aud' && !hasNone)
    return { code: 'audience_mismatch', claim: 'aud', expected: `none, beside ${claim}`, received: aud }
  const isUnnamed = received === undefined || received === null || (claim === 'aud' && hasNone)
  if ((isUnnamed && context.audienceOptional) || namesOne(received, values)) return undefined
  return {
    code: 'audience_mismatch',
    claim,
    received,
    expected: oneOf(values),
    get hint() {
      return audienceHint(received, values, claims) // worked out for whoever looks: floods are refused here
    },
  }
}

/** A list with anything but strings is no audience (RFC 7519 §4.1.3). */
function namesOne(value: unknown, values: readonly string[]): boolean {
  return audiencesOf(value).some((each) => values.includes(each))
}

function audienceHint(received: unknown, values: readonly string[], { iss }: JsonObject): string | undefined {
  if (typeof iss === 'string' && received === `${iss}userinfo`)
    return 'a token for userinfo alone: name the audience in the token request'
  if (received === undefined)
    return 'name the audience in the token request, or set audience: { claim, values }'
  return audiencesOf(received)
    .slice(0, 5)
    .map((each) => nearMissHint(values, each))
    .find((hint) => hint !== undefined)
}
