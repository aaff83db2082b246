import type { Response } from 'supertest'

export interface Answer {
  status: number
  challenge: string | undefined
  body: unknown
}

/** What a client learns from an answer. */
export function answerOf(response: Pick<Response, 'status' | 'headers' | 'text'>): Answer {
  const body = response.text ? JSON.parse(response.text) : undefined
  return { status: response.status, challenge: response.headers['www-authenticate'], body }
}

/** The challenge of a refusal with an error code, as it stands in `WWW-Authenticate`. */
export function challenge(error: string, description: string, params = ''): string {
  return `Bearer realm="api", error="${error}"${params}, error_description="${description}"`
}

function problem(status: number, title: string, detail: string, code: string) {
  return { type: 'about:blank', title, status, detail, code }
}

/** The whole answer to a token that was not accepted. */
export function tokenRefused(code: string, detail: string): Answer {
  const body = problem(401, 'Unauthorized', detail, code)
  return { status: 401, challenge: challenge('invalid_token', detail), body }
}

/** The whole answer to credentials that are none. */
export function badRequest(code: string, detail: string): Answer {
  const body = problem(400, 'Bad Request', detail, code)
  return { status: 400, challenge: challenge('invalid_request', detail), body }
}

/** The whole answer to a valid token that may not do this. */
export function forbidden(code: string, detail: string, params = ''): Answer {
  const body = problem(403, 'Forbidden', detail, code)
  return { status: 403, challenge: challenge('insufficient_scope', detail, params), body }
}

/** The whole answer when nothing can be said of the token now: no challenge, since nobody is to log in again. */
export function unavailable(code: string, detail: string): Answer {
  return { status: 503, challenge: undefined, body: problem(503, 'Service Unavailable', detail, code) }
}

/** No credentials: a challenge without an error code (RFC 6750 §3.1). */
export const missing: Answer = {
  status: 401,
  challenge: 'Bearer realm="api"',
  body: problem(401, 'Unauthorized', 'No access token was sent', 'token_missing'),
}

export const malformed = tokenRefused('token_malformed', 'The access token is malformed')
export const malformedCredentials = badRequest('credentials_malformed', 'The credentials are malformed')
export const repeatedCredentials = badRequest(
  'credentials_repeated',
  'The credentials were sent more than once',
)
export const expired = tokenRefused('token_expired', 'The access token expired')
export const notYetValid = tokenRefused('token_not_yet_valid', 'The access token is not valid yet')
export const badSignature = tokenRefused('signature_invalid', 'The access token signature is invalid')
export const unknownKey = tokenRefused('key_unknown', 'The access token is signed with an unknown key')
export const unknownIssuer = tokenRefused('issuer_unknown', 'The access token is from an unknown issuer')
export const otherAudience = tokenRefused('audience_mismatch', 'The access token is for another audience')
export const otherType = tokenRefused('type_not_allowed', 'The token is not an access token')
export const badClaim = tokenRefused('claim_invalid', 'The access token has a missing or invalid claim')
export const otherAlgorithm = tokenRefused(
  'algorithm_not_allowed',
  'The access token is signed with an algorithm that is not allowed',
)
export const keysUnavailable = unavailable('keys_unavailable', 'The keys of the issuer are unavailable')
