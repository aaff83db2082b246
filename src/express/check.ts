import type { Request, RequestHandler } from 'express'
import type { Auth } from '../auth.js'
import { isPromise } from '../net/after.js'
import { type AuthError, authError } from '../refusal/errors.js'
import { authOf, isWithoutCredentials, refuseAsAdmitted } from './admission.js'

/** What a route demands of the token that was admitted. */
export interface Check {
  decide(auth: Auth, req: Request): boolean | Promise<boolean>
  refusal(auth: Auth): AuthError
}

/** Registered, so that `anyOf` takes the checks of another installed copy. */
const CHECK = Symbol.for('express-require-auth.check')

/** The check that a handler was made of, so that `anyOf` can ask it without running it as middleware. */
export function checkOf(handler: unknown): Check | undefined {
  return typeof handler === 'function' ? (handler as { [CHECK]?: Check })[CHECK] : undefined
}

/** Makes middleware that admits what `check` decides true on, and refuses everything else. Errors of `check` are passed on. */
export function createCheck(name: string, check: Check): RequestHandler {
  const handler: RequestHandler = function checkMiddleware(req, res, next) {
    const refuse = (error: unknown) => {
      refuseAsAdmitted(req, res, error)
      next(error)
    }
    let decision: boolean | Promise<boolean>
    let auth: Auth
    try {
      auth = demandAuth(req, name)
      decision = check.decide(auth, req)
    } catch (error) {
      refuse(error)
      return
    }
    const settle = (admitted: boolean) => (admitted === true ? next() : refuse(check.refusal(auth)))
    if (isPromise(decision)) Promise.resolve(decision).then(settle, refuse)
    else settle(decision)
  }
  return Object.assign(handler, { [CHECK]: check })
}

/** A missing `requireAuth` is a hole in the application, and must not look like a client's mistake. */
function demandAuth(req: Request, name: string): Auth {
  const auth = authOf(req)
  if (auth) return auth
  if (isWithoutCredentials(req)) throw authError('token_missing')
  const { auth: foreign } = req as { auth?: unknown }
  const found = foreign === undefined ? 'no req.auth' : 'a req.auth that requireAuth() did not make'
  throw new Error(`${name}() found ${found}: mount requireAuth() before it`)
}
