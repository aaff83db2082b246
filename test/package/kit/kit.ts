import assert from 'node:assert/strict'
import express, { type RequestHandler } from 'express'
import {
  type Auth,
  type AuthEvent,
  authErrorHandler,
  getAuth,
  isAuthError,
  type RequireAuth,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
} from 'express-require-auth'
import type { RedisReplayStoreOptions } from 'express-require-auth/redis'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import request from 'supertest'

export const audience = 'https://messages.northwind.com'
export const redisOptions: RedisReplayStoreOptions = { prefix: 'kit:' }

interface MyClaims {
  readonly sub: string
}

export function createApp(issuer: string, onEvent?: (event: AuthEvent) => void) {
  const options: RequireAuthOptions = { issuer, audience, ...(onEvent ? { onEvent } : {}) }
  const auth: RequireAuth = requireAuth(options)
  const answer: RequestHandler = (req, res) => {
    const { claims }: Auth<MyClaims> = getAuth<MyClaims>(req)
    res.json({ subject: claims.sub })
  }
  const app = express()
  app.use(auth)
  app.get('/', requireScopes('read:messages'), answer)
  app.use(authErrorHandler())
  return app
}

/** What every environment must be able to do: a real issuer, a real app, and the three answers. */
export async function kit(): Promise<void> {
  const issuer: TestIssuer = await startTestIssuer()
  try {
    const app = createApp(issuer.url)
    const token = await issuer.token({ audience, scope: 'read:messages' })
    await request(app).get('/').set('Authorization', `Bearer ${token}`).expect(200)
    const refused = await request(app).get('/').expect(401)
    assert.match(String(refused.headers['www-authenticate']), /^Bearer realm=/)
    const other = await issuer.token({ audience, scope: 'write:messages' })
    await request(app).get('/').set('Authorization', `Bearer ${other}`).expect(403)
    await assert.rejects(requireAuth({ issuer: issuer.url, audience }).verify('x'), isAuthError)
  } finally {
    await issuer.close()
  }
}
