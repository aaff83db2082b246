import createError from 'http-errors'
import { type Refusal, type RefusalCode, refusals } from './table.js'

/**
 * Why a request was refused, for the operator's log and never for the client.
 *
 * Holds no token and no secret.
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
  /** What came instead: control characters escaped, at most 200 characters. */
  received?: string
  /** Marks `received` as text that the sender can have invented. Absent where the token was verified before. */
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
  /** The HTTP status. */
  status: number
  /** The same as `status`, as http-errors has it. */
  statusCode: number
  /** Whether `message` may be shown to the client: false for outages. */
  expose: boolean
  /** What happened, as one of the stable codes. */
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
  params?: ChallengeParams | undefined
  /** Called when somebody looks: most refusals of a flood are never looked at. */
  details?: (() => RefusalDetails | undefined) | undefined
  headers?: Record<string, string>
}

export function authError(code: RefusalCode, context: RefusalContext = {}): AuthError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0 // a stack tells nothing about a flood's refusals, and costs more than judging the token
  const refusal = new refusalClasses[refusals[code].status](code, context)
  Error.stackTraceLimit = stackTraceLimit
  return refusal as Error as AuthError
}

/** Refusals are errors of http-errors, by their status. */
const refusalClasses = {
  400: createRefusalClass(createError.BadRequest),
  401: createRefusalClass(createError.Unauthorized),
  403: createRefusalClass(createError.Forbidden),
  503: createRefusalClass(createError.ServiceUnavailable),
}

/**
 * Makes a class whose errors are instances of `HttpError`, with its name, `status` and `expose`.
 *
 * http-errors' own constructors make the same errors eight times more slowly, which is longer than reading the token
 * takes: they capture two stacks, and change the prototype of every single error afterwards.
 */
function createRefusalClass(HttpError: { readonly name: string; readonly prototype: Error }) {
  const RefusalError = class extends Error {
    readonly code: RefusalCode
    declare error?: string
    headers: Record<string, string> | undefined
    readonly #params: ChallengeParams | undefined
    readonly #details: RefusalContext['details']

    constructor(code: RefusalCode, { params, details, headers }: RefusalContext) {
      const { error, description }: Refusal = refusals[code]
      super()
      this.message = description // by assignment it is enumerable, as http-errors has it
      this.code = code
      if (error) this.error = error
      this.headers = headers
      this.#params = params
      this.#details = details
    }

    get challengeParams() {
      return this.#params
    }

    get details() {
      return this.#details?.()
    }
  }
  Object.setPrototypeOf(RefusalError.prototype, HttpError.prototype)
  for (const named of [RefusalError, RefusalError.prototype])
    Object.defineProperty(named, 'name', { value: HttpError.name })
  return RefusalError
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

/**
 * Rejects with a refusal of its own for each of several requests that share one piece of work: what answering one of
 * them writes on the error must not show up in another.
 */
export function rethrowOwn(error: unknown): never {
  if (!isAuthError(error)) throw error
  const { code, headers } = error
  const own = authError(code, {
    params: challengeParamsOf(error),
    details: () => error.details,
    ...(headers && { headers: { ...headers } }),
  })
  throw error.cause === undefined ? own : Object.defineProperty(own, 'cause', { value: error.cause })
}

/** What the refusal adds to the challenge. It is no member of `AuthError`: applications read the headers. */
export function challengeParamsOf(refusal: AuthError): ChallengeParams | undefined {
  return (refusal as { challengeParams?: ChallengeParams }).challengeParams
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
