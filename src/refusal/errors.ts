import createError from 'http-errors'

interface Refusal {
  status: number
  /** The OAuth word of the challenge. Absent when no credentials were sent (RFC 6750 §3.1) and for outages. */
  error?: string
  /** Goes into headers and bodies: fixed text only, %x20-21 / %x23-5B / %x5D-7E (RFC 6750 §3). */
  description: string
}

const invalidRequest = (description: string) => ({ status: 400, error: 'invalid_request', description })
const invalidToken = (description: string) => ({ status: 401, error: 'invalid_token', description })
const invalidProof = (description: string) => ({ status: 401, error: 'invalid_dpop_proof', description })

const refusals = {
  token_missing: { status: 401, description: 'No access token was sent' },

  credentials_malformed: invalidRequest('The credentials are malformed'),
  credentials_repeated: invalidRequest('The credentials were sent more than once'),

  token_malformed: invalidToken('The access token is malformed'),
  token_too_large: invalidToken('The access token is too large'),
  token_expired: invalidToken('The access token expired'),
  token_too_old: invalidToken('The access token is too old'),
  token_not_yet_valid: invalidToken('The access token is not valid yet'),
  token_inactive: invalidToken('The access token is not active'),
  token_revoked: invalidToken('The access token was revoked'),
  signature_invalid: invalidToken('The access token signature is invalid'),
  algorithm_not_allowed: invalidToken('The access token is signed with an algorithm that is not allowed'),
  key_unknown: invalidToken('The access token is signed with an unknown key'),
  issuer_unknown: invalidToken('The access token is from an unknown issuer'),
  issuer_host_mismatch: invalidToken('The access token is from another domain than the one called'),
  audience_mismatch: invalidToken('The access token is for another audience'),
  type_not_allowed: invalidToken('The token is not an access token'),
  claim_invalid: invalidToken('The access token has a missing or invalid claim'),
  binding_unsupported: invalidToken('The access token is bound in a way this API does not support'),
  binding_required: invalidToken('The access token is not bound to its sender'),
  binding_mismatch: invalidToken(
    'The access token is bound to a key or certificate that the sender did not show',
  ),

  proof_missing: invalidProof('The DPoP proof is missing'),
  proof_invalid: invalidProof('The DPoP proof is invalid'),
  proof_target_mismatch: invalidProof('The DPoP proof is for another method or URL'),
  proof_expired: invalidProof('The DPoP proof is too old or from the future'),
  proof_replayed: invalidProof('The DPoP proof was used before'),
  nonce_required: {
    status: 401,
    error: 'use_dpop_nonce',
    description: 'The DPoP proof needs a nonce that this API issued recently',
  },

  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required scope',
  },
  insufficient_permissions: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required permission',
  },
  claim_not_accepted: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required claim',
  },
  insufficient_user_authentication: {
    status: 401,
    error: 'insufficient_user_authentication',
    description: 'A more recent or stronger authentication is required',
  },

  keys_unavailable: { status: 503, description: 'The keys of the issuer are unavailable' },
  introspection_unavailable: {
    status: 503,
    description: 'The authorization server cannot be asked about the token',
  },
  revocation_unavailable: { status: 503, description: 'The list of revoked tokens is unavailable' },
  replay_store_unavailable: { status: 503, description: 'The replay store is unavailable' },
} as const satisfies Record<string, Refusal>

/**
 * Stable machine-readable name of a refusal or an outage.
 *
 * @example
 * const isOver = (code: RefusalCode) => code === 'token_expired'
 */
export type RefusalCode = keyof typeof refusals

/**
 * Why a request was refused, for the operator's log and never for the client.
 *
 * Holds no token and no secret. What came from the request stands in `received`: nobody verified it.
 *
 * @example
 * log.info(error.details) // { claim: 'aud', expected: 'https://messages.northwind.com', received: 'zz', unverified: true }
 */
export interface RefusalDetails {
  /** The claim that did not pass, such as `aud`. */
  claim?: string
  /** The member of the protected header that did not pass, such as `alg`. */
  header?: string
  /** What would have passed. */
  expected?: string
  /** What came instead: unverified, control characters escaped, at most 200 characters. */
  received?: string
  /** Always true beside `received`: the sender can have written anything. */
  unverified?: true
  /** The scopes, permissions or values that the token lacks. */
  lacking?: readonly string[]
  /** What to change, where that can be told. */
  hint?: string
}

/**
 * A refusal or an outage, as passed to `next(error)`.
 *
 * Made by http-errors. `message` and `headers` hold fixed texts and your own settings only: never text of the
 * request, the token or the issuer. `details` and `cause` are not enumerable, so that neither JSON nor a default
 * error page shows them.
 *
 * @example
 * app.use((error, req, res, next) => {
 *   if (isAuthError(error)) log.info({ code: error.code, details: error.details })
 *   next(error)
 * })
 */
export interface AuthError extends Error {
  status: number
  statusCode: number
  /** Whether `message` may be shown to the client: false for outages. */
  expose: boolean
  code: RefusalCode
  /** The OAuth error word, such as `invalid_token`. Absent when no credentials were sent, and for outages. */
  error?: string
  /** `WWW-Authenticate` of a refusal, with `DPoP-Nonce` where one is needed; `Retry-After` of an outage. */
  headers?: Record<string, string>
  /** Why, for the operator. Absent where the code says it all. */
  readonly details?: RefusalDetails
}

/** Auth-params that a refusal adds to the challenge, such as the `scope` that is needed: the application's own words. */
export type ChallengeParams = Readonly<Record<string, string>>

interface RefusalContext {
  params?: ChallengeParams
  /** Called when somebody looks: most refusals of a flood are never looked at. */
  details?: (() => RefusalDetails) | undefined
  headers?: Record<string, string>
}

/** What the challenge writer finds on a refusal: hidden from JSON and from whoever lists its members. */
interface WithParams {
  readonly challengeParams?: ChallengeParams
}

export function authError(code: RefusalCode, { params, details, headers }: RefusalContext = {}): AuthError {
  const { status, error, description }: Refusal = refusals[code]
  const refusal = withoutStack(() => createError(status, description, error ? { code, error } : { code }))
  if (headers) refusal.headers = headers
  if (params) Object.defineProperty(refusal, 'challengeParams', { value: params })
  if (details) Object.defineProperty(refusal, 'details', { get: details })
  return refusal
}

/** Floods are answered with refusals: a stack tells nothing about them, and costs more than judging the token. */
function withoutStack(create: () => unknown): AuthError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const refusal = create() as AuthError
  Error.stackTraceLimit = stackTraceLimit
  return refusal
}

/** An answer of "try again later". `cause` is for the log: made by this package, without text of tokens or answers. */
export function outage(code: RefusalCode, retryAfterSeconds: number, cause?: unknown): AuthError {
  const headers = { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterSeconds))) }
  return Object.defineProperty(authError(code, { headers }), 'cause', { value: cause })
}

/** What headers say of a code, whatever the application made of the error since. */
export function wordsOf(code: RefusalCode): Readonly<Omit<Refusal, 'status'>> {
  return refusals[code]
}

export function challengeParamsOf(refusal: AuthError): ChallengeParams {
  return (refusal as WithParams).challengeParams ?? {}
}

/**
 * Returns whether `error` is a refusal or an outage of this package, of any installed copy of it.
 *
 * @example
 * app.use((error, req, res, next) => (isAuthError(error) ? res.sendStatus(error.status) : next(error)))
 */
export function isAuthError(error: unknown): error is AuthError {
  return error instanceof Error && 'status' in error && typeof (error as AuthError).code === 'string'
    ? Object.hasOwn(refusals, (error as AuthError).code)
    : false
}

/** Every code of the table, for documents and tests. */
export const refusalCodes = Object.keys(refusals) as readonly RefusalCode[]
