import type { KindRules } from '../issuer/issuers.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { detailsOf, type Finding } from '../refusal/details.js'
import { authError } from '../refusal/errors.js'

const ACCESS_TOKEN_TYPES: readonly unknown[] = ['at+jwt', 'application/at+jwt']
const UNTYPED: readonly unknown[] = [undefined, 'jwt', 'application/jwt']

/** Claims that only ID tokens have, at most issuers (OpenID Connect Core §2, §3.3.2.11). */
export const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash']

/** Claims of logout and security event tokens, introspection answers and proofs. */
const FOREIGN_CLAIMS = ['events', 'token_introspection', 'htm', 'htu']

/**
 * Claims by which servers name the kind of a token, and whether what they say may be an access token: Cognito
 * `token_use`, Keycloak `typ`, introspection answers `token_type` (RFC 7662 §2.2).
 */
const MARKS: Readonly<Record<string, (mark: unknown) => boolean>> = {
  token_use: (mark) => isOneOf(mark, ['access', 'access_token']),
  typ: (mark) => !isOneOf(mark, ['id', 'refresh', 'offline', 'logout', 'serialized-id', 'id_token']),
  token_type: (mark) => !isOneOf(mark, ['id', 'refresh', 'id_token', 'refresh_token', 'n_a', 'mac']),
}

function isOneOf(mark: unknown, marks: readonly string[]): boolean {
  return typeof mark === 'string' && marks.includes(mark.toLowerCase())
}

export interface KindContext extends KindRules {
  readonly profile: 'rfc9068' | undefined
}

/**
 * Refuses JWTs of another kind, so that no token can serve in a place it was not made for.
 *
 * @throws `type_not_allowed`
 * @see RFC 8725 §3.11, §3.12, RFC 9068 §4
 */
export function checkKind(header: JsonObject, claims: JsonObject, context: KindContext): void {
  const finding = typeFault(header, claims, context) ?? markFault(claims)
  if (finding) throw authError('type_not_allowed', { details: () => detailsOf(finding) })
}

/** Introspection answers have no header: only the claims tell. @throws `type_not_allowed` */
export function checkMarks(claims: JsonObject): void {
  const finding = markFault(claims)
  if (finding) throw authError('type_not_allowed', { details: () => detailsOf(finding) })
}

/** What the header says, and without a `typ` of its own the claims that only other kinds have. */
export function typeFault(
  { typ }: JsonObject,
  claims: JsonObject,
  { profile, tokenTypes, allowIdTokenClaims }: KindContext,
): Finding | undefined {
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ // media types compare case-insensitively
  if (ACCESS_TOKEN_TYPES.includes(type)) return undefined
  if (profile === 'rfc9068') return { header: 'typ', expected: 'at+jwt (profile rfc9068)', received: typ }
  if (tokenTypes.includes(type as string)) return undefined
  if (!UNTYPED.includes(type)) return { header: 'typ', expected: 'at+jwt, JWT or none', received: typ }
  const foreignClaims = allowIdTokenClaims ? FOREIGN_CLAIMS : [...ID_TOKEN_CLAIMS, ...FOREIGN_CLAIMS]
  const foreign = foreignClaims.find((name) => Object.hasOwn(claims, name))
  return foreign === undefined
    ? undefined
    : {
        claim: foreign,
        expected: 'no claim of ID tokens and the like',
        received: claims[foreign],
        hint: ID_TOKEN,
      }
}

export function markFault(claims: JsonObject): Finding | undefined {
  const claim = Object.keys(MARKS).find((name) => {
    const mark = claims[name] ?? undefined
    return mark !== undefined && !MARKS[name]?.(mark)
  })
  if (claim === undefined) return undefined
  return { claim, expected: 'the mark of an access token', received: claims[claim], hint: ID_TOKEN }
}

const ID_TOKEN = 'send the access token, not the ID or refresh token'
