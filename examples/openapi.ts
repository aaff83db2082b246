import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import express from 'express'
import OpenApiValidator from 'express-openapi-validator'
import type { RequireAuthOptions } from 'express-require-auth'
import { authErrorHandler, getAuth, requireAuth, requireScopes } from 'express-require-auth'

const responses = { '200': { description: 'OK' } }

/** Names the scopes of each operation. The validator would check a scheme `http: bearer` itself, before any handler. */
export const apiSpec = {
  openapi: '3.0.3' as const,
  info: { title: 'Messages', version: '1' },
  components: {
    securitySchemes: { token: { type: 'openIdConnect' as const, openIdConnectUrl: '/openid-configuration' } },
  },
  paths: {
    '/public': { get: { responses } },
    '/me': { get: { security: [{ token: [] }], responses } },
    '/messages': { get: { security: [{ token: ['read:messages'] }], responses } },
  },
}

/** Makes a security handler of our middleware, which sets the challenge on the response when it refuses. */
function checkAccessToken(auth: RequestHandler) {
  return async (req: Request, scopes: string[]) => {
    await run(auth, req)
    if (scopes.length > 0) await run(requireScopes(...scopes), req)
    return true
  }
}

function run(handler: RequestHandler, req: Request): Promise<void> {
  const res = req.res as Response
  return new Promise((resolve, reject) => {
    handler(req, res, (error?: unknown) => {
      res.locals.refusal = error
      error ? reject(error) : resolve()
    })
  })
}

/** The validator replaces a refusal by an error of its own, and turns a 503 into 500: this restores the refusal. */
const restoreRefusal: ErrorRequestHandler = (error, _req, res, next) =>
  next(error.message === res.locals.refusal?.message ? res.locals.refusal : error)

export function createOpenApi(options: RequireAuthOptions): Express {
  const handlers = { token: checkAccessToken(requireAuth(options)) }
  const app = express()
  app.use(OpenApiValidator.middleware({ apiSpec, validateSecurity: { handlers } }))
  app.get('/public', (_req, res) => void res.json('Anyone may read this'))
  app.get('/me', (req, res) => void res.json(getAuth(req).subject))
  app.get('/messages', (_req, res) => void res.json(['Welcome']))
  app.use(restoreRefusal, authErrorHandler())
  return app
}
