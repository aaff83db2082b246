import express, { type ErrorRequestHandler, type Express } from 'express'
import { getAuth, isAuthError, type RequireAuthOptions, requireAuth } from 'express-require-auth'

/**
 * Makes the endpoint that nginx's `auth_request` calls before it proxies a request: see nginx.conf beside this file.
 *
 * It answers 204 and names the caller in `X-Auth-*` headers, or it answers with the refusal. Listen on loopback only,
 * so that only nginx can call it.
 */
export function createAuthEndpoint(options: RequireAuthOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(requireAuth(options))
  app.use((req, res) => {
    const { subject = '', clientId = '', scopes } = getAuth(req)
    res
      .set('X-Auth-Subject', encodeURIComponent(subject)) // a header value cannot hold all of Unicode
      .set('X-Auth-Client', encodeURIComponent(clientId))
      .set('X-Auth-Scopes', encodeURIComponent(scopes.join(' ')))
      .sendStatus(204)
  })
  app.use(answerNginx)
  return app
}

/** nginx passes on 401 and 403 and treats any other status as an error, so malformed credentials become a 401. */
const answerNginx: ErrorRequestHandler = (error, _req, res, next) => {
  if (!isAuthError(error)) return next(error)
  res
    .status(error.status === 400 ? 401 : error.status)
    .set(error.headers ?? {})
    .end()
}
