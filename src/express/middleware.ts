import type { Request, RequestHandler, Response } from 'express'
import type { Guard, Verdict } from '../guard/guard.js'
import { after, isPromise } from '../net/after.js'
import type { Presented } from '../presented.js'
import { challenged, type Scheme } from '../refusal/challenge.js'
import { type AuthError, authError, isAuthError } from '../refusal/errors.js'
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

/** Makes the middleware of a guard: it reads the request, asks the guard, and answers. */
export function createMiddleware(guard: Guard<Request>): RequestHandler {
  const { events } = guard
  const readRequest = createRequestReader(guard)
  const grant = createGrant(guard)
  const decide = (presented: Presented<Request> | undefined) => judge(guard, presented)

  return function requireAuthMiddleware(req, res, next) {
    const startedAt = events.listening ? performance.now() : 0
    const granted = (verdict: Verdict | undefined) => {
      grant(req, res, verdict)
      if (verdict) tellAccepted(guard, verdict, startedAt)
    }
    const refused = (error: unknown) => {
      if (isAuthError(error)) {
        refuse(guard, req, res, error)
        tellRefused(guard, error, startedAt)
      }
      next(error)
    }
    const outcome = attempt(() => after(after(readRequest(req), decide), granted))
    if ('error' in outcome) refused(outcome.error)
    else if (isPromise(outcome.value)) outcome.value.then(() => next(), refused)
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
  return (req: Request, res: Response, verdict: Verdict | undefined): void => {
    if (verdict) admit(req, admissions[verdict.auth.scheme], verdict.auth)
    else admitWithout(req, admissions.Bearer)
    if (res.headersSent) return
    if (verdict?.headers) setHeaders(res, verdict.headers)
    if (mayHaveQueryToken && hasQueryToken(req)) res.setHeader('Cache-Control', 'private')
  }
}

function refuse(
  { schemes, challengers }: Guard<Request>,
  req: Request,
  res: Response,
  error: AuthError,
): void {
  const scheme = schemeOf(req)
  const used = scheme && schemes.includes(scheme) ? scheme : 'Bearer'
  answerWith(res, challenged(error, challengers[used]))
}

/** Keeps `next()` out of the reach of `catch`: an error of a later handler is not ours. */
function attempt<T>(step: () => T): { value: T } | { error: unknown } {
  try {
    return { value: step() }
  } catch (error) {
    return { error }
  }
}
