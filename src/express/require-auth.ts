import type { Request, RequestHandler, Response } from 'express'
import type { Auth } from '../auth.js'
import { createGuard, type Guard, type Verdict } from '../guard/guard.js'
import type { GuardOptions, TokenPlace as TokenPlaceOf } from '../guard/options.js'
import { after, isPromise } from '../net/after.js'
import { isPlainObject } from '../options/checks.js'
import { type Evidence, presentedBy } from '../presented.js'
import type { MtlsOptions as MtlsOptionsOf } from '../proof/mtls.js'
import { challenged, type Scheme } from '../refusal/challenge.js'
import { type AuthError, authError, isAuthError } from '../refusal/errors.js'
import { type Admission, admit, answerWith, refusedEvent, setHeaders } from './admission.js'
import { createRequestReader, hasQueryToken, schemeOf, tlsCertificate } from './read-request.js'

/**
 * The options of `requireAuth`, whose functions are called with Express's request.
 *
 * @example
 * const options: RequireAuthOptions = { issuer: 'northwind.auth0.com', audience: 'https://messages.northwind.com' }
 */
export interface RequireAuthOptions extends GuardOptions<Request> {}

/**
 * A place that credentials are read from. A function returns the token, or nothing.
 *
 * @example
 * const fromCookie: TokenPlace = (req) => req.cookies.access_token
 */
export type TokenPlace = TokenPlaceOf<Request>

/**
 * How tokens that are bound to a client certificate are taken. @see RFC 8705 §3
 *
 * @example
 * const mtls: MtlsOptions = { required: true, certificate: forwardedCertificate('aws-alb') }
 */
export interface MtlsOptions extends MtlsOptionsOf<Request> {}

/**
 * The middleware, and the same verdict without Express.
 *
 * @example
 * const auth: RequireAuth = requireAuth({ issuer, audience })
 * const { subject } = await auth.verify(token)
 */
export interface RequireAuth extends RequestHandler {
  /**
   * Resolves once the keys of every configured issuer are there. Optional: the first request fetches them otherwise.
   *
   * With an `issuer` function there is nothing to wait for.
   *
   * @throws Error with code `keys_unavailable` or `introspection_unavailable`, naming what could not be fetched and why.
   */
  ready(): Promise<void>
  /**
   * Verifies an access token outside of a request: WebSocket upgrades, queues, GraphQL.
   *
   * Rejects with the same refusals, whose `headers` hold the challenge. A token that is bound to its sender needs
   * `evidence`: the DPoP proof with the method and URL it was made for, or the client certificate; `bindIssuerToHost`
   * needs the `url`.
   */
  verify(token: string, evidence?: Evidence): Promise<Auth>
}

/**
 * Makes Express middleware that admits only requests with a valid access token, and puts what it says on `req.auth`.
 *
 * Does not check scopes: see `requireScopes`. Writes no body: refusals go to `next(error)` with `status`, `code` and
 * `headers`, and the challenge is set on the response.
 *
 * @throws TypeError naming the option that is wrong.
 * @see RFC 6750, RFC 9068 §4
 *
 * @example
 * const auth = requireAuth({ issuer: 'northwind.auth0.com', audience: 'https://messages.northwind.com' })
 * await auth.ready()
 * app.use(auth)
 */
export function requireAuth(options: RequireAuthOptions): RequireAuth {
  if (isRequest(options))
    throw new TypeError('requireAuth is mounted uncalled: write app.use(requireAuth({ ... }))')
  const guard = createGuard(withTlsCertificate(options))
  return Object.assign(createMiddleware(guard), {
    [GUARD]: guard,
    ready: () => guard.ready().catch(explainOutage),
    verify: (token: string, evidence: Evidence = {}) => verify(guard, token, evidence),
  })
}

/** Registered, so that `protectedResourceMetadata` takes the middleware of another installed copy. */
const GUARD = Symbol.for('express-require-auth.guard')

/** The guard of a middleware. Undefined for one that `requireAuth` did not make. */
export function guardOf(auth: unknown): Guard<Request> | undefined {
  return typeof auth === 'function' ? (auth as { [GUARD]?: Guard<Request> })[GUARD] : undefined
}

/** Express calls a middleware that was mounted uncalled with the request. */
export function isRequest(value: unknown): boolean {
  return isPlainObject(value) && 'rawHeaders' in value && 'method' in value
}

function withTlsCertificate(options: RequireAuthOptions): RequireAuthOptions {
  const mtls = isPlainObject(options) ? options.mtls : undefined
  if (!isPlainObject(mtls)) return options
  const { certificate = tlsCertificate } = mtls as MtlsOptions
  return { ...options, mtls: { ...mtls, certificate } }
}

type Admissions = Readonly<Record<Scheme, Admission>>

function createMiddleware(guard: Guard<Request>): RequestHandler {
  const { events, rules, challengers } = guard
  const readRequest = createRequestReader(guard)
  const mayHaveQueryToken = rules.tokenFrom.includes('query')
  const admissions: Admissions = {
    Bearer: { challenger: challengers.Bearer, events },
    DPoP: { challenger: challengers.DPoP, events },
  }

  /** Undefined for a request that may go on without credentials. */
  function judge(req: Request): Verdict | undefined | Promise<Verdict | undefined> {
    return after(readRequest(req), decide)
  }

  function decide(presented: Awaited<ReturnType<typeof readRequest>>) {
    if (presented) return guard.judge(presented)
    if (rules.optional) return undefined
    throw authError('token_missing')
  }

  function grant(req: Request, res: Response, verdict: Verdict | undefined): void {
    admit(req, admissions[verdict?.auth.scheme ?? 'Bearer'], verdict?.auth)
    if (res.headersSent) return
    if (verdict?.headers) setHeaders(res, verdict.headers)
    if (mayHaveQueryToken && hasQueryToken(req)) res.setHeader('Cache-Control', 'private')
  }

  function refuse(req: Request, res: Response, error: AuthError): void {
    const scheme = schemeOf(req)
    const used = scheme && guard.schemes.includes(scheme) ? scheme : 'Bearer'
    answerWith(res, challenged(error, challengers[used]))
  }

  return function requireAuthMiddleware(req, res, next) {
    const startedAt = events.listening ? performance.now() : 0
    const granted = (verdict: Verdict | undefined) => {
      grant(req, res, verdict)
      if (verdict) tellAccepted(guard, verdict, startedAt)
    }
    const refused = (error: unknown) => {
      if (isAuthError(error)) {
        refuse(req, res, error)
        tellRefused(guard, error, startedAt)
      }
      next(error)
    }
    const outcome = attempt(() => after(judge(req), granted))
    if ('error' in outcome) refused(outcome.error)
    else if (isPromise(outcome.value)) outcome.value.then(() => next(), refused)
    else next()
  }
}

/** Keeps `next()` out of the reach of `catch`: an error of a later handler is not ours. */
function attempt<T>(step: () => T): { value: T } | { error: unknown } {
  try {
    return { value: step() }
  } catch (error) {
    return { error }
  }
}

async function verify(guard: Guard<Request>, token: string, evidence: Evidence): Promise<Auth> {
  const presented = presentedBy(token, evidence)
  const startedAt = performance.now()
  try {
    const verdict = await guard.judge(presented)
    tellAccepted(guard, verdict, startedAt)
    return verdict.auth
  } catch (error) {
    if (isAuthError(error)) {
      challenged(error, guard.challengers[presented.scheme])
      tellRefused(guard, error, startedAt)
    }
    throw error
  }
}

function tellAccepted({ events }: Guard<Request>, { auth, source }: Verdict, startedAt: number): void {
  if (!events.listening) return
  events.emit({ type: 'accepted', issuer: auth.issuer, source, seconds: secondsSince(startedAt) })
}

function tellRefused({ events }: Guard<Request>, error: AuthError, startedAt: number): void {
  if (events.listening) events.emit(refusedEvent(error, secondsSince(startedAt)))
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}

function explainOutage(error: AuthError): never {
  const { cause, message, code } = error
  const reason = cause instanceof Error ? cause.message : message
  throw Object.assign(new Error(reason, { cause: error }), { code })
}
