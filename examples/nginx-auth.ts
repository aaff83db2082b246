import express, { type ErrorRequestHandler, type Express } from 'express'
import { getAuth, isAuthError, type RequireAuthOptions, requireAuth } from 'express-require-auth'

/**
 * What nginx's `auth_request` asks before it lets a request through: see nginx.conf beside this file.
 *
 * Answers 204 with who is calling, or the refusal. Listen on loopback only: no one but nginx is to ask.
 */
export function createAuthEndpoint(options: RequireAuthOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(requireAuth(options))
  app.use((req, res) => {
    const { subject = '', clientId = '', scopes } = getAuth(req)
    res
      .set('X-Auth-Subject', encodeURIComponent(subject)) // a header holds no text beyond Latin-1
      .set('X-Auth-Client', encodeURIComponent(clientId))
      .set('X-Auth-Scopes', encodeURIComponent(scopes.join(' ')))
      .sendStatus(204)
  })
  app.use(answerNginx)
  return app
}

/** nginx passes on 401 and 403 and takes any other status for an error: malformed credentials become a 401. */
const answerNginx: ErrorRequestHandler = (error, _req, res, next) => {
  if (!isAuthError(error)) return next(error)
  res
    .status(error.status === 400 ? 401 : error.status)
    .set(error.headers ?? {})
    .end()
}
