import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { isAuthError } from './errors.js'

/**
 * Makes an error handler that renders refusals and outages as `application/problem+json`.
 *
 * `type` is `about:blank`, `title` the status phrase, `code` says which refusal it is. Every other error goes on to
 * `next(error)`. `WWW-Authenticate` and `Retry-After` were set when the request was refused.
 *
 * @see RFC 9457 §3
 */
export function authErrorHandler(): ErrorRequestHandler {
  return function authErrorMiddleware(error, _req, res, next) {
    if (!isAuthError(error) || res.headersSent) {
      next(error)
      return
    }
    const { status, code, message, headers = {} } = error
    const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code }
    res
      .status(status)
      .set(headers)
      .set('Content-Type', 'application/problem+json')
      .send(JSON.stringify(problem))
  }
}
