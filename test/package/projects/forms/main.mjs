// One application whose parts load both forms, or two copies: each takes what another's requireAuth admitted.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import express from 'express'
import * as esm from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import request from 'supertest'

const cjs = createRequire(import.meta.url)(process.argv[2])
const audience = 'https://messages.northwind.com'

for (const [guard, check] of [
  [esm, cjs],
  [cjs, esm],
]) {
  assert.notEqual(guard.requireAuth, check.requireAuth)
  const issuer = await startTestIssuer()
  const app = express()
  app.use(guard.requireAuth({ issuer: issuer.url, audience, realm: 'northwind' }))
  const answer = (req, res) => res.json({ subject: check.getAuth(req).subject })
  app.get('/', check.requireScopes('read:messages'), answer)
  app.use((error, _req, _res, next) => {
    assert(check.isAuthError(error) && guard.isAuthError(error), error)
    next(error)
  })
  app.use(check.authErrorHandler())
  const get = (token) => request(app).get('/').set('Authorization', `Bearer ${token}`)
  await get(await issuer.token({ audience, scope: 'read:messages' })).expect(200)
  const refused = await get(await issuer.token({ audience, scope: 'write:messages' })).expect(403)
  assert.match(refused.headers['www-authenticate'], /^Bearer realm="northwind", error="insufficient_scope"/)
  await issuer.close()
}
