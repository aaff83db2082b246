import express, { type RequestHandler } from 'express'
import type { TestTokenOptions } from 'express-require-auth/testing'
import supertest, { type Response } from 'supertest'
import { sharedIssuer } from '../shared-issuer.js'

export const audience = 'https://messages.northwind.com'

/** What a middleware is told of an issuer. */
export const trustOf = (url: string) => ({
  issuer: url,
  jwksUri: `${url}.well-known/jwks.json`,
  audience,
})

/** An app that answers with what the handlers left in `req.auth`. */
export function serve(...handlers: RequestHandler[]) {
  const app = express()
  app.set('env', 'test') // Express then logs no errors
  app.use(...handlers, (req, res) => void res.json({ auth: (req as { auth?: unknown }).auth ?? null }))
  return app
}

/** Sends one request. */
export type Call = (app: express.Express) => PromiseLike<Response>

export const get = (app: express.Express) => supertest(app).get('/')

export const withToken =
  (options: TestTokenOptions): Call =>
  async (app) => {
    const issuer = await sharedIssuer()
    return get(app).auth(await issuer.token({ audience, ...options }), { type: 'bearer' })
  }

/** The status of one request to an app with these handlers. */
export const statusOf = async (call: Call, ...handlers: RequestHandler[]) =>
  (await call(serve(...handlers))).status
