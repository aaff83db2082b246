import express from 'express'
import { authErrorHandler, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import supertest from 'supertest'
import { messages } from './api.js'
import { sharedIssuer } from './shared-issuer.js'

export { messages }

export interface Mounting {
  /** Express 4 is mounted by handing it over here. Default: Express 5. */
  framework?: typeof express
  /** In front of `requireAuth`, such as body parsers. */
  before?: express.RequestHandler[]
  /** Behind `requireAuth`, such as scope checks. */
  after?: express.RequestHandler[]
}

/** An app behind `requireAuth` for any issuer. It answers every method and path with the subject of the token. */
export function mount(
  options: RequireAuthOptions,
  { framework = express, before = [], after = [] }: Mounting = {},
) {
  const auth = requireAuth(options)
  const app = framework()
  const answer: express.RequestHandler = (req, res) => void res.json({ subject: req.auth?.subject ?? null })
  for (const handler of [...before, auth, ...after, answer]) app.use(handler)
  app.use(authErrorHandler())
  return {
    auth,
    app,
    /** Without a token: a request without credentials. */
    get: (token?: string) => {
      const request = supertest(app).get('/')
      return token === undefined ? request : request.set('Authorization', `Bearer ${token}`)
    },
    /** With any value of the Authorization header that Node's client is willing to send. */
    getWith: (authorization: string) => supertest(app).get('/').set('Authorization', authorization),
  }
}

/** An app that trusts the file's test issuer, with `options` on top. */
export async function setup(options: Partial<RequireAuthOptions> = {}, mounting: Mounting = {}) {
  const issuer = await sharedIssuer()
  return { issuer, ...mount({ issuer: issuer.url, audience: messages, ...options }, mounting) }
}
