import type { Request, Response } from 'express'
import { type Auth, attach, attachedTo, type Claims, isAuth } from '../auth.js'
import type { Verdict } from '../guard/guard.js'
import { type Challenger, challenged, createChallengers } from '../refusal/challenge.js'
import { type AuthError, isAuthError } from '../refusal/errors.js'
import { createEvents, type Events } from '../refusal/events.js'

/** How the middleware that saw a request answers it: what the checks after it need. */
export interface Admission {
  readonly challenger: Challenger
  readonly events: Events
}

/** Registered, so that the checks of one installed copy find what the middleware of another left. */
const ADMISSION = Symbol.for('express-require-auth.admission')

interface Admitted {
  auth?: unknown
  [ADMISSION]?: Admission
}

/** For an `Auth` that an application's test put on the request itself. */
const fallback: Admission = { challenger: createChallengers({ realm: 'api' }).Bearer, events: createEvents() }

/**
 * Puts what was found on the request. How it is answered goes with the `Auth`, once for all its requests: a second
 * property on Express's request would cost more than recalling the token.
 */
export function admit(req: Request, admission: Admission, auth: Auth): void {
  ;(req as Admitted).auth = auth
  attach(auth, admission)
}

/** Lets a request go on without credentials, whoever put a `req.auth` there before: nobody was authenticated here. */
export function admitWithout(req: Request, admission: Admission): void {
  const admitted = req as Admitted
  if (admitted.auth !== undefined) admitted.auth = undefined
  admitted[ADMISSION] = admission
}

function admissionOf(req: Request): Admission {
  const auth = authOf(req)
  const attached = auth && (attachedTo(auth) as Admission | undefined)
  return attached ?? (req as Admitted)[ADMISSION] ?? fallback
}

/** The `Auth` of a request, unless something else stands in its place. */
export function authOf(req: Request): Auth | undefined {
  const { auth } = req as Admitted
  return isAuth(auth) ? auth : undefined
}

/** Whether a `requireAuth` let the request go on without credentials. */
export function isWithoutCredentials(req: Request): boolean {
  return (req as Admitted)[ADMISSION] !== undefined
}

/** Prepares a refusal of a check for the response, and tells the listeners. */
export function refuseAsAdmitted(req: Request, res: Response, error: unknown): void {
  if (!isAuthError(error)) return
  const { challenger, events } = admissionOf(req)
  answerWith(res, challenged(error, challenger))
  if (events.listening) events.emit(refusedEvent(error, 0))
}

/** Error handlers of applications often drop `error.headers`, so the response gets them now. */
export function answerWith(res: Response, { headers = {} }: AuthError): void {
  if (!res.headersSent) setHeaders(res, headers)
}

/** By Node's own method: a response of `node:http2` has no other. */
export function setHeaders(res: Response, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}

function refusedEvent({ code, details }: AuthError, seconds: number) {
  return { type: 'refused' as const, code, seconds, ...(details && { details }) }
}

export function tellAccepted(events: Events, { auth, source }: Verdict, startedAt: number): void {
  if (!events.listening) return
  events.emit({ type: 'accepted', issuer: auth.issuer, source, seconds: secondsSince(startedAt) })
}

export function tellRefused(events: Events, error: AuthError, startedAt: number): void {
  if (events.listening) events.emit(refusedEvent(error, secondsSince(startedAt)))
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}

/**
 * The verified token of a request, typed.
 *
 * @throws Error when there is none: `requireAuth` is not mounted before this handler, or it is `optional` and the
 * request came without credentials, or another package wrote `req.auth`.
 *
 * @example
 * app.get('/me', (req, res) => {
 *   const { claims, subject } = getAuth<{ org_id: string }>(req)
 *   res.json({ subject, organization: claims.org_id })
 * })
 */
export function getAuth<C extends object = Claims>(req: object): Auth<C> {
  const auth = authOf(req as Request)
  if (auth) return auth as unknown as Auth<C>
  throw new Error(
    'req.auth is missing: mount requireAuth() before this handler, and with `optional: true` look at req.auth first',
  )
}
