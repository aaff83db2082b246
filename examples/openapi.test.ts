import { startTestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createOpenApi } from './openapi.js'

const issuer = await startTestIssuer({ signingKey: readyKey() })
const api = createOpenApi({ issuer: issuer.url, audience: 'messages' })

afterAll(() => issuer.close())

async function get(path: string, options?: { scope?: string; expiresInSeconds?: number }) {
  const asked = request(api).get(path)
  if (options) {
    const token = await issuer.token({ audience: 'messages', claims: { sub: 'ada' }, ...options })
    asked.auth(token, { type: 'bearer' })
  }
  const { status, headers, body } = await asked
  return { status, challenge: headers['www-authenticate'], body }
}

test('an operation without security is open', async () => {
  expect(await get('/public')).toMatchObject({ status: 200, body: 'Anyone may read this' })
})

test('an operation with security needs a token, which handlers then see', async () => {
  expect(await get('/me')).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' })
  expect(await get('/me', {})).toMatchObject({ status: 200, body: 'ada' })
})

test('the scopes of the document are demanded', async () => {
  expect(await get('/messages', { scope: 'read:messages' })).toMatchObject({ status: 200, body: ['Welcome'] })
  expect(await get('/messages', { scope: 'write:messages' })).toMatchObject({
    status: 403,
    challenge:
      'Bearer realm="api", error="insufficient_scope", scope="read:messages", error_description="The access token lacks a required scope"',
  })
})

test('an expired token is refused', async () => {
  expect(await get('/messages', { scope: 'read:messages', expiresInSeconds: -60 })).toMatchObject({
    status: 401,
    challenge: 'Bearer realm="api", error="invalid_token", error_description="The access token expired"',
  })
})

test('an outage of the issuer is not blamed on the client', async () => {
  const { status, challenge } = await get503()
  expect({ status, challenge }).toEqual({ status: 503, challenge: undefined })
})

async function get503() {
  issuer.outage('refuse')
  const cold = createOpenApi({ issuer: issuer.url, audience: 'messages' })
  const token = await issuer.token({ audience: 'messages' })
  const { status, headers } = await request(cold).get('/me').auth(token, { type: 'bearer' })
  issuer.restore()
  return { status, challenge: headers['www-authenticate'] }
}
