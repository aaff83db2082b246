import express from 'express'
import { type AuthEvent, authErrorHandler, requireAuth, requireScopes } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { readyKey } from './keys/ready-keys.js'

const issuer = await startTestIssuer({ signingKey: readyKey() })
afterAll(() => issuer.close())

const audience = 'https://messages.northwind.com'

test('a check challenges in its middleware’s realm, also for a token that was refused at its first use', async () => {
  let revoked = true
  const app = express()
  app.use(requireAuth({ issuer: issuer.url, audience, realm: 'messages', isRevoked: () => revoked }))
  app.get('/', requireScopes('write:messages'), (_req, res) => res.sendStatus(204))
  app.use(authErrorHandler())
  const token = await issuer.token({ scope: 'read:messages' })
  const get = () => request(app).get('/').auth(token, { type: 'bearer' })

  await get().expect(401)
  revoked = false
  await get()
    .expect(403)
    .expect(
      'WWW-Authenticate',
      /^Bearer realm="messages", error="insufficient_scope", scope="write:messages",/,
    )
})

test('what a check refuses, and what verify() decides, is told as an event', async () => {
  const events: AuthEvent[] = []
  const auth = requireAuth({ issuer: issuer.url, audience, onEvent: (event) => events.push(event) })
  const app = express().use(auth).use(requireScopes('write:messages')).use(authErrorHandler())
  const token = await issuer.token({ scope: 'read:messages' })

  await auth.verify(token)
  await expect(auth.verify('a.b')).rejects.toMatchObject({ code: 'token_malformed' })
  await request(app).get('/').auth(token, { type: 'bearer' }).expect(403)

  const seconds = expect.any(Number)
  const hint = 'an opaque token: ask for one with audience=..., or turn on introspection'
  const lacking = ['write:messages']
  const scope = { claim: 'scope', expected: 'write:messages', received: 'read:messages' }
  expect(events.filter(({ type }) => type === 'accepted' || type === 'refused')).toEqual([
    { type: 'accepted', issuer: issuer.url, source: 'jwt', seconds },
    { type: 'refused', code: 'token_malformed', seconds, details: { expected: 'a signed JWT', hint } },
    { type: 'accepted', issuer: issuer.url, source: 'cache', seconds },
    { type: 'refused', code: 'insufficient_scope', seconds: 0, details: { ...scope, lacking } },
  ])
})
