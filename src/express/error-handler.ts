import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { bool } from '../options/checks.js'
import { checked, type Fields, or } from '../options/schema.js'
import { isAuthError } from '../refusal/errors.js'
import { isRequest } from './require-auth.js'

/**
 * How refusals are rendered.
 *
 * @example
 * app.use(authErrorHandler({ details: process.env.NODE_ENV === 'development' }))
 */
export interface AuthErrorHandlerOptions {
  /**
   * FOR DEVELOPMENT ONLY. Adds the member `details` with what was expected and what came. It tells every client, and
   * every attacker, how this API is configured and what it looks for. Default false.
   */
  details?: boolean
}

const FIELDS = { details: or(false, bool) } satisfies Fields<AuthErrorHandlerOptions>

/**
 * Makes an error handler that renders refusals and outages as `application/problem+json`.
 *
 * `type` is `about:blank`, `title` the status phrase, `code` the refusal's code. Every other error goes on to
 * `next(error)`. `WWW-Authenticate` and `Retry-After` were set when the request was refused.
 *
 * @throws TypeError naming the option that is wrong.
 * @see RFC 9457 §3
 *
 * @example
 * app.use(authErrorHandler({ details: process.env.NODE_ENV === 'development' }))
 */
export function authErrorHandler(options: AuthErrorHandlerOptions = {}): ErrorRequestHandler {
  if (options instanceof Error || isRequest(options))
    throw new TypeError('authErrorHandler is mounted uncalled: write app.use(authErrorHandler())')
  const { details: isDetailed } = checked(FIELDS, options, { name: 'authErrorHandler' })
  return function authErrorMiddleware(error, _req, res, next) {
    if (!isAuthError(error) || res.headersSent) {
      next(error)
      return
    }
    const { status, code, message, headers = {}, details } = error
    const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code }
    res
      .status(status)
      .set(headers)
      .set('Content-Type', 'application/problem+json')
      .send(JSON.stringify(isDetailed ? { ...problem, details } : problem))
  }
}
