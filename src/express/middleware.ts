import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Guard, Verdict } from '../guard/guard.js'
import { isPromise } from '../net/after.js'
import type { Presented } from '../presented.js'
import { challenged, type Scheme } from '../refusal/challenge.js'
import { authError, isAuthError } from '../refusal/errors.js'
import {
  type Admission,
  admit,
  admitWithout,
  answerWith,
  setHeaders,
  tellAccepted,
  tellRefused,
} from './admission.js'
import { createRequestReader, hasQueryToken, schemeOf } from './read-request.js'

type Admissions = Readonly<Record<Scheme, Admission>>

/** A request with its response, and when it came in: 0 when nobody listens. */
interface Exchange {
  readonly req: Request
  readonly res: Response
  readonly startedAt: number
}

/**
 * Makes the middleware of a guard: it reads the request, asks the guard, and answers.
 *
 * A remembered token costs no closure. `next()` stays outside the `try`: an error of a later handler is not ours.
 */
export function createMiddleware(guard: Guard<Request>): RequestHandler {
  const { events } = guard
  const readRequest = createRequestReader(guard)
  const grant = createGrant(guard)
  const decide = (presented: Presented<Request> | undefined) => judge(guard, presented)

  return function requireAuthMiddleware(req, res, next) {
    const exchange: Exchange = { req, res, startedAt: events.listening ? performance.now() : 0 }
    let verdict: Verdict | undefined | Promise<Verdict | undefined>
    try {
      const presented = readRequest(req)
      verdict = isPromise(presented) ? presented.then(decide) : decide(presented)
      if (!isPromise(verdict)) grant(exchange, verdict)
    } catch (error) {
      refuse(guard, exchange, error)
      next(error)
      return
    }
    if (isPromise(verdict))
      verdict.then((found) => grant(exchange, found)).then(() => next(), refusal(guard, exchange, next))
    else next()
  }
}

/** Undefined for a request that may go on without credentials. */
function judge(
  guard: Guard<Request>,
  presented: Presented<Request> | undefined,
): Verdict | undefined | Promise<Verdict> {
  if (presented) return guard.judge(presented)
  if (guard.rules.optional) return undefined
  throw authError('token_missing')
}

function createGrant({ rules, challengers, events }: Guard<Request>) {
  const mayHaveQueryToken = rules.tokenFrom.includes('query')
  const admissions: Admissions = {
    Bearer: { challenger: challengers.Bearer, events },
    DPoP: { challenger: challengers.DPoP, events },
  }
  return ({ req, res, startedAt }: Exchange, verdict: Verdict | undefined): void => {
    if (verdict) admit(req, admissions[verdict.auth.scheme], verdict.auth)
    else admitWithout(req, admissions.Bearer)
    if (!res.headersSent) {
      if (verdict?.headers) setHeaders(res, verdict.headers)
      if (mayHaveQueryToken && hasQueryToken(req)) res.setHeader('Cache-Control', 'private')
    }
    if (verdict) tellAccepted(events, verdict, startedAt)
  }
}

function refusal(guard: Guard<Request>, exchange: Exchange, next: NextFunction) {
  return (error: unknown): void => {
    refuse(guard, exchange, error)
    next(error)
  }
}

/** Only refusals and outages are answered here: other errors are the application's. */
function refuse(guard: Guard<Request>, { req, res, startedAt }: Exchange, error: unknown): void {
  if (!isAuthError(error)) return
  const { challengers, events } = guard
  answerWith(res, challenged(error, challengers[schemeOf(req) ?? 'Bearer']))
  tellRefused(events, error, startedAt)
}
