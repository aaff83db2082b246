import type { Request, RequestHandler } from 'express'
import { isPromise } from './after.js'
import { challenged } from './challenge.js'
import { type AuthError, authError, isAuthError } from './errors.js'
import { type Config, createConfig, type RequireAuthOptions } from './options.js'
import type { Evidence } from './proof/evidence.js'
import {
  type Answering,
  type Auth,
  hasQueryToken,
  readCredentials,
  rememberAnswering,
  schemeOf,
} from './request.js'
import type { Accepted, Presented } from './token/access-token.js'

/** The middleware, and the same verdict without Express. */
export interface RequireAuth extends RequestHandler {
  /**
   * Resolves once the keys of every configured issuer are there. Optional: the first request fetches them otherwise.
   *
   * With an `issuer` function there is nothing to wait for.
   *
   * @throws Error with code `keys_unavailable` or `introspection_unavailable`, saying what could not be fetched and why.
   */
  ready(): Promise<void>
  /**
   * Verifies an access token outside of a request: WebSocket upgrades, queues, GraphQL.
   *
   * Rejects with the same refusals, whose `headers` hold the challenge. With `bindIssuerToHost` every token is
   * refused here, since there is no host to compare with. A token that is bound to its sender needs `evidence`: the
   * DPoP proof with the method and URL it was made for, or the client certificate.
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
 */
export function requireAuth(options: RequireAuthOptions): RequireAuth {
  const config = createConfig(options)
  const auth = Object.assign(createMiddleware(config), {
    async ready() {
      const { issuers, introspection } = config
      await Promise.all([issuers.ready(), introspection?.ready()]).catch(explainOutage)
    },
    async verify(token: string, evidence: Evidence = {}) {
      const scheme = evidence.proof === undefined ? 'Bearer' : 'DPoP'
      const startedAt = performance.now()
      try {
        return accept(await judgeText({ token, scheme, evidence }, config), config, startedAt)
      } catch (error) {
        if (isAuthError(error)) {
          challenged(error, config.answerings[scheme].challenger)
          tellRefused(error, config, startedAt)
        }
        throw error
      }
    },
  })
  configs.set(auth, config)
  return auth
}

const configs = new WeakMap<RequestHandler, Config>()

/** What a middleware was made to do. Undefined for one that `requireAuth` did not make. */
export function configOf(auth: RequestHandler): Config | undefined {
  return configs.get(auth)
}

function createMiddleware(config: Config): RequestHandler {
  const { answerings, events, tokenFrom } = config
  const mayHaveQueryToken = tokenFrom.includes('query')

  return function requireAuthMiddleware(req, res, next) {
    const startedAt = events.listening ? performance.now() : 0

    function grant(accepted: Accepted | undefined): void {
      if (accepted) req.auth = accept(accepted, config, startedAt)
      else rememberAnswering(req, answerings.Bearer)
      if (mayHaveQueryToken && !res.headersSent && hasQueryToken(req))
        res.setHeader('Cache-Control', 'private')
      next()
    }

    function refuse(error: unknown): void {
      if (isAuthError(error)) {
        challenged(error, answeringFor(req, config).challenger, res)
        tellRefused(error, config, startedAt)
      }
      next(error)
    }

    const outcome = attempt(() => admit(req, config))
    if ('error' in outcome) refuse(outcome.error)
    else if (isPromise(outcome.value)) outcome.value.then(grant, refuse)
    else grant(outcome.value)
  }
}

/** Undefined for a request that may go on without credentials. */
function admit(
  req: Request,
  { tokenFrom, schemes, optional, judge }: Config,
): Accepted | undefined | Promise<Accepted> {
  const credentials = readCredentials(req, tokenFrom, schemes)
  if (credentials) return judge(credentials, req)
  if (optional) return undefined
  throw authError('token_missing')
}

/** Keeps `next()` out of the reach of `catch`: an error of a later handler is not ours. */
function attempt<T>(step: () => T): { value: T } | { error: unknown } {
  try {
    return { value: step() }
  } catch (error) {
    return { error }
  }
}

function accept({ auth, source }: Accepted, { answerings, events }: Config, startedAt: number): Auth {
  rememberAnswering(auth, answerings[auth.scheme])
  if (events.listening) {
    events.emit({ type: 'accepted', issuer: auth.issuer, source, seconds: secondsSince(startedAt) })
  }
  return auth
}

function tellRefused({ code }: AuthError, { events }: Config, startedAt: number): void {
  if (events.listening) events.emit({ type: 'refused', code, seconds: secondsSince(startedAt) })
}

function answeringFor(req: Request, { answerings, schemes }: Config): Answering {
  const scheme = schemeOf(req)
  return answerings[scheme && schemes.includes(scheme) ? scheme : 'Bearer']
}

async function judgeText(presented: Presented, { judge }: Config): Promise<Accepted> {
  if (typeof presented.token !== 'string' || presented.token === '') throw authError('token_missing')
  return judge(presented, undefined)
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}

function explainOutage(error: AuthError): never {
  const cause = error.cause
  throw Object.assign(new Error(cause instanceof Error ? cause.message : error.message, { cause: error }), {
    code: error.code,
  })
}
