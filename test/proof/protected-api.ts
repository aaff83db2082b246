import type { RequestListener } from 'node:http'
import express from 'express'
import { authErrorHandler, getAuth, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import supertest from 'supertest'
import { onTestFinished } from 'vitest'

export const audience = 'https://messages.northwind.com'

/** A test issuer and an API behind `requireAuth`, both gone when the test ends. */
export async function setup(options: Partial<RequireAuthOptions> = {}) {
  const issuer = await startTestIssuer()
  onTestFinished(issuer.close)
  const auth = requireAuth({ issuer: issuer.url, audience, ...options })
  const app = express()
  app.use('/messages', auth, (req, res) => {
    const { scheme, subject } = getAuth(req)
    res.json({ scheme, subject })
  })
  app.use(authErrorHandler())
  return { issuer, auth, app, api: supertest(app as RequestListener) }
}
