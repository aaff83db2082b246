import type { JsonObject } from '../compact-jws.js'
import { authError } from '../errors.js'
import type { Claims } from '../request.js'

/** What every access token is held to, whatever its issuer. */
export interface ClaimRules {
  clockToleranceSeconds: number
  maxTokenAgeSeconds: number | undefined
  profile: 'rfc9068' | undefined
  /** The members of `cnf` that are checked on every request. */
  confirmations: readonly string[]
}

const ACCESS_TOKEN_TYPES = new Set(['at+jwt', 'application/at+jwt'])
const UNTYPED = new Set(['jwt', 'application/jwt'])

/** Claims that only other JWTs have: ID tokens, logout and security event tokens, introspection answers, proofs. */
const FOREIGN_CLAIMS = [
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'events',
  'token_introspection',
  'htm',
  'htu',
] as const

const RFC9068_CLAIMS = ['sub', 'client_id', 'iat', 'jti'] as const

/**
 * Refuses JWTs of another kind, so that no token can serve in a place it was not made for.
 *
 * @throws `type_not_allowed`
 * @see RFC 8725 §3.11, §3.12, RFC 9068 §4
 */
export function checkType({ typ }: JsonObject, claims: JsonObject, { profile }: ClaimRules): void {
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ // media types compare case-insensitively
  if (ACCESS_TOKEN_TYPES.has(type as string)) return
  const isUntyped = type === undefined || UNTYPED.has(type as string)
  if (profile === 'rfc9068' || !isUntyped || isForeign(claims)) throw authError('type_not_allowed')
}

function isForeign(claims: JsonObject): boolean {
  return FOREIGN_CLAIMS.some((name) => Object.hasOwn(claims, name))
}

/**
 * Checks times, audience and the form of every claim this package reads.
 *
 * @throws `claim_invalid`, `binding_unsupported`, `audience_mismatch`, `token_expired`, `token_not_yet_valid`,
 * `token_too_old`
 * @see RFC 7519 §4.1, RFC 9068 §2.2
 */
export function checkClaims(claims: JsonObject, audience: readonly string[], rules: ClaimRules): Claims {
  checkForm(claims)
  if (rules.profile === 'rfc9068') demand(RFC9068_CLAIMS.every((name) => claims[name] !== undefined))
  checkConfirmation(claims, rules)
  const checked = claims as Claims
  checkAudience(checked, audience)
  checkTimes(checked, rules)
  return checked
}

function checkForm(claims: JsonObject): void {
  const { exp, nbf, iat, auth_time: authTime } = claims
  demand(isTime(exp))
  demand([nbf, iat, authTime].every((time) => time === undefined || isTime(time)))
  const { sub, jti, client_id: clientId, azp, acr, sid, scope } = claims
  demand(
    [sub, jti, clientId, azp, acr, sid, scope].every(
      (text) => text === undefined || typeof text === 'string',
    ),
  )
  const { scp, permissions } = claims
  demand(scp === undefined || typeof scp === 'string' || isStrings(scp))
  demand(permissions === undefined || isStrings(permissions))
}

function demand(condition: boolean): void {
  if (!condition) throw authError('claim_invalid')
}

/** A NumericDate is a finite number; `1e999` in JSON is not. */
function isTime(value: unknown): boolean {
  return Number.isFinite(value)
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** A token bound in a way nobody checks would be good for whoever stole it (RFC 7800 §3.1, RFC 9449 §6). */
function checkConfirmation({ cnf }: JsonObject, { confirmations }: ClaimRules): void {
  if (cnf === undefined) return
  const members = typeof cnf === 'object' && cnf !== null ? Object.entries(cnf) : []
  const isChecked = ([name, value]: [string, unknown]) =>
    confirmations.includes(name) && typeof value === 'string' && value !== ''
  if (members.length === 0 || !members.every(isChecked)) throw authError('binding_unsupported')
}

function checkAudience({ aud }: Claims, audience: readonly string[]): void {
  const isForm = typeof aud === 'string' || isStrings(aud)
  if (!isForm || !audiencesOf(aud).some((each) => audience.includes(each)))
    throw authError('audience_mismatch')
}

/** `aud` as a list (RFC 7519 §4.1.3). */
export function audiencesOf(aud: string | readonly string[]): readonly string[] {
  return typeof aud === 'string' ? [aud] : aud
}

function checkTimes(claims: Claims, rules: ClaimRules): void {
  const now = Date.now() / 1000
  const { nbf, iat } = claims
  const latestStart = now + rules.clockToleranceSeconds
  const latestNotBefore = Math.floor(now) + rules.clockToleranceSeconds // never in favour of a fraction of a second
  if (now >= claims.exp + rules.clockToleranceSeconds) throw authError('token_expired')
  if ((nbf !== undefined && nbf > latestNotBefore) || (iat !== undefined && iat > latestStart)) {
    throw authError('token_not_yet_valid')
  }
  if (rules.maxTokenAgeSeconds !== undefined) demand(iat !== undefined)
  if (now >= endOf(claims, rules)) throw authError('token_too_old')
}

/** The epoch second from which the token is refused. */
export function endOf({ exp, iat }: Claims, rules: ClaimRules): number {
  const { maxTokenAgeSeconds = Number.POSITIVE_INFINITY, clockToleranceSeconds } = rules
  return Math.min(exp, (iat ?? 0) + maxTokenAgeSeconds) + clockToleranceSeconds
}

/** From `scope` (RFC 9068 §2.2.3), else from `scp` as some servers write it. */
export function scopesOf({ scope, scp }: JsonObject): string[] {
  const scopes = scope ?? scp ?? ''
  return typeof scopes === 'string' ? scopes.split(' ').filter(Boolean) : [...(scopes as string[])]
}
