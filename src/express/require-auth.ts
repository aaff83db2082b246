import type { Request, RequestHandler } from 'express'
import type { Auth } from '../auth.js'
import { createGuard, type Guard } from '../guard/guard.js'
import { isPlainObject } from '../options/checks.js'
import { type Evidence, presentedBy } from '../presented.js'
import { challenged } from '../refusal/challenge.js'
import { type AuthError, isAuthError } from '../refusal/errors.js'
import { tellAccepted, tellRefused } from './admission.js'
import { createMiddleware } from './middleware.js'
import type { MtlsOptions, RequireAuthOptions } from './options.js'
import { tlsCertificate } from './read-request.js'

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

async function verify(guard: Guard<Request>, token: string, evidence: Evidence): Promise<Auth> {
  const presented = presentedBy(token, evidence)
  const startedAt = performance.now()
  try {
    const verdict = await guard.judge(presented)
    tellAccepted(guard.events, verdict, startedAt)
    return verdict.auth
  } catch (error) {
    if (isAuthError(error)) {
      challenged(error, guard.challengers[presented.scheme])
      tellRefused(guard.events, error, startedAt)
    }
    throw error
  }
}

function explainOutage(error: AuthError): never {
  const { cause, message, code } = error
  const reason = cause instanceof Error ? cause.message : message
  throw Object.assign(new Error(reason, { cause: error }), { code })
}
