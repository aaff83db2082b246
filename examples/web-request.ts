// A handler for Web-standard requests, which Hono, Bun, Deno and service workers have: the guard works without Express.
// No such adapter is published, so this example imports the guard from the source. In an application, call
// `requireAuth(...).verify(token, { method, url, proof })` in its place.
import type { Auth } from 'express-require-auth'
import { createGuard } from '../src/guard/guard.js'
import type { GuardOptions } from '../src/guard/options.js'
import type { Presented } from '../src/presented.js'
import type { Scheme } from '../src/refusal/challenge.js'
import { challenged } from '../src/refusal/challenge.js'
import { authError, isAuthError } from '../src/refusal/errors.js'

type Handler = (request: Request, auth: Auth) => Response | Promise<Response>

/** Wraps a handler, so that it is called only for requests with a valid access token. */
export function guarded(
  options: GuardOptions<Request>,
  handler: Handler,
): (request: Request) => Promise<Response> {
  const guard = createGuard(options)
  return async (request) => {
    const scheme = schemeOf(request)
    try {
      const verdict = await guard.judge(presentedBy(request, scheme))
      const response = await handler(request, verdict.auth)
      for (const [name, value] of Object.entries(verdict.headers ?? {})) response.headers.set(name, value)
      return response
    } catch (error) {
      if (!isAuthError(error)) throw error
      const { status, code, message, headers = {} } = challenged(error, guard.challengers[scheme])
      const problem = { type: 'about:blank', status, detail: message, code }
      return Response.json(problem, {
        status,
        headers: { ...headers, 'content-type': 'application/problem+json' },
      })
    }
  }
}

function schemeOf(request: Request): Scheme {
  return /^dpop /i.test(request.headers.get('authorization') ?? '') ? 'DPoP' : 'Bearer'
}

function presentedBy(request: Request, scheme: Scheme): Presented<Request> {
  const token = /^(?:bearer|dpop) +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (token === undefined) throw authError('token_missing')
  const proof = request.headers.get('dpop') ?? undefined
  return { token, scheme, evidence: { method: request.method, urls: [request.url], proof }, context: request }
}
