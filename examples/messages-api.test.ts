import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createMessagesApi } from './messages-api.js'

const audience = 'https://messages.northwind.com'
let issuer: TestIssuer
let api: ReturnType<typeof createMessagesApi>

beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
  api = createMessagesApi({ issuer: [issuer.url, issuer.customUrl], audience })
})

afterAll(() => issuer.close())

test('anyone may read the public route', async () => {
  await request(api).get('/public').expect(200, { message: 'Anyone may read this.' })
})

test('messages are closed to requests without a token', async () => {
  await request(api).get('/messages').expect(401).expect('WWW-Authenticate', 'Bearer realm="api"')
})

test('messages are open to every token for this API, from either domain of the tenant', async () => {
  for (const domain of [issuer.url, issuer.customUrl]) {
    const token = await issuer.token({ audience, scope: 'read:messages', issuer: domain })
    const response = await request(api).get('/messages').auth(token, { type: 'bearer' })
    expect(response.status).toBe(200)
    expect(response.body.scopes).toEqual(['read:messages'])
  }
})

test('writing needs a scope', async () => {
  const token = await issuer.token({ audience, scope: 'read:messages' })
  const response = await request(api).post('/messages').auth(token, { type: 'bearer' }).send({ text: 'Hi' })
  expect(response.status).toBe(403)
  expect(response.headers['www-authenticate']).toContain('error="insufficient_scope", scope="write:messages"')
})

test('a token with the scope writes', async () => {
  const token = await issuer.token({ audience, scope: 'write:messages', claims: { sub: 'auth0|ada' } })
  const response = await request(api).post('/messages').auth(token, { type: 'bearer' }).send({ text: 'Hi' })
  expect(response.status).toBe(201)
  expect(response.body).toEqual({ from: 'auth0|ada', text: 'Hi' })
})
