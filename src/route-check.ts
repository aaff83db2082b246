import type { Request, RequestHandler, Response } from 'express'
import { isPromise } from './after.js'
import { challenged, createChallenger } from './challenge.js'
import { type AuthError, authError, isAuthError } from './errors.js'
import { createEvents } from './events.js'
import { type Answering, type Auth, answeringOf } from './request.js'

export type Decide = (auth: Auth, req: Request) => boolean | Promise<boolean>

export interface Check {
  decide: Decide
  refusal: (auth: Auth) => AuthError
}

/** What a check decides, so that `anyOf` can ask it without running it as middleware. */
const checks = new WeakMap<RequestHandler, Check>()

/** For a `req.auth` that an application's test put there itself. */
const fallback: Answering = { challenger: createChallenger({ realm: 'api' }), events: createEvents() }

/** The check that a handler was made of. */
export function checkOf(handler: RequestHandler): Check | undefined {
  return checks.get(handler)
}

/** Middleware that admits what `check` decides true on, and refuses else. What it throws is passed on. */
export function guard(name: string, check: Check): RequestHandler {
  const handler: RequestHandler = function checkMiddleware(req, res, next) {
    const settle = (admitted: boolean) =>
      admitted === true ? next() : refuse(check.refusal(req.auth as Auth))
    const refuse = (error: unknown) => {
      if (isAuthError(error)) answerRefusal(error, req, res)
      next(error)
    }
    let decision: boolean | Promise<boolean>
    try {
      decision = check.decide(authOf(req, name), req)
    } catch (error) {
      refuse(error)
      return
    }
    if (isPromise(decision)) decision.then(settle, refuse)
    else settle(decision)
  }
  checks.set(handler, check)
  return handler
}

/** A missing `requireAuth` is a hole in the application, and must not look like a client's mistake. */
function authOf(req: Request, name: string): Auth {
  if (req.auth) return req.auth
  if (answeringOf(req)) throw authError('token_missing')
  throw new Error(`${name}() found no req.auth: mount requireAuth() before it`)
}

function answerRefusal(refusal: AuthError, req: Request, res: Response): void {
  const { challenger, events } = answeringOf(req) ?? fallback
  challenged(refusal, challenger, res)
  events.emit({ type: 'refused', code: refusal.code, seconds: 0 })
}
