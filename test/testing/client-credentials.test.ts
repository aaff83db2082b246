import { northwind, type TenantOptions } from 'express-require-auth/testing'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { admin, messages, startedIssuer, worker } from './started-issuer.js'

const grant = { grant_type: 'client_credentials', audience: messages }

async function setup(tenant: TenantOptions = northwind) {
  const issuer = await startedIssuer({ tenant })
  const ask = (body: object, url = issuer.url) => supertest(url).post('oauth/token').type('form').send(body)
  return { issuer, ask, request: supertest(issuer.url) }
}

function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
}

describe('a token request that is right', () => {
  test('is answered with a bearer token that must not be stored (RFC 6749 §5.1)', async () => {
    const { ask } = await setup()
    const response = await ask({ ...grant, ...worker })
    expect(response.status).toBe(200)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86400,
      scope: 'read:messages',
    })
  })

  test('gets the claims of an Auth0 tenant', async () => {
    const { issuer, ask } = await setup()
    const { body } = await ask({ ...grant, ...worker })
    const { iat = 0, ...claims } = decodeJwt(body.access_token)
    expect(claims).toEqual({
      iss: issuer.url,
      sub: 'messages-worker@clients',
      aud: messages,
      exp: iat + 86400,
      scope: 'read:messages',
      azp: 'messages-worker',
      gty: 'client-credentials',
    })
    expect(decodeProtectedHeader(body.access_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.any(String),
    })
  })

  test('gets a token that the published keys verify', async () => {
    const { issuer, ask } = await setup()
    const { body } = await ask({ ...grant, ...worker })
    const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', issuer.url))
    const { payload } = await jwtVerify(body.access_token, keys, { issuer: issuer.url, audience: messages })
    expect(payload.azp).toBe('messages-worker')
  })

  test('gets the issuer of the domain it was sent to', async () => {
    const { issuer, ask } = await setup()
    const { body } = await ask({ ...grant, ...worker }, issuer.customUrl)
    expect(decodeJwt(body.access_token).iss).toBe(issuer.customUrl)
  })

  test('gets the canonical issuer when its Host is neither of the two domains', async () => {
    const { issuer, ask } = await setup()
    const { body } = await ask({ ...grant, ...worker }).set('Host', 'login.northwind.localhost')
    expect(decodeJwt(body.access_token).iss).toBe(issuer.url)
  })

  test('may be JSON', async () => {
    const { request } = await setup()
    const response = await request.post('oauth/token').send({ ...grant, ...worker })
    expect(response.status).toBe(200)
    expect(response.body.scope).toBe('read:messages')
  })

  test('may carry its client credentials as Basic (RFC 6749 §2.3.1)', async () => {
    const { ask } = await setup()
    const response = await ask(grant).set('Authorization', basic('messages-worker', 'messages-worker-secret'))
    expect(response.status).toBe(200)
  })

  test('has its Basic credentials form-decoded (RFC 6749 §2.3.1)', async () => {
    const client = { ...northwind.clients[0], clientId: 'a b', clientSecret: 'ü:+%' }
    const { ask } = await setup({ ...northwind, clients: [client] })
    const response = await ask(grant).set('Authorization', basic('a+b', '%C3%BC%3A%2B%25'))
    expect(response.status).toBe(200)
  })

  test.each([
    ['all that the client may have when it names none', undefined, 'read:messages write:messages'],
    ['what it asked for and may have', 'write:messages delete:messages', 'write:messages'],
    ['no scope when it may have none of them', 'delete:messages', undefined],
  ])('gets %s', async (_, scope, granted) => {
    const { ask } = await setup()
    const { body } = await ask({ ...grant, ...admin, ...(scope && { scope }) })
    expect(body.scope).toBe(granted)
    expect(decodeJwt(body.access_token).scope).toBe(granted)
  })

  test.each(['org_northwind', 'northwind'])(
    'gets the org_id of the organization %s',
    async (organization) => {
      const { ask } = await setup()
      const { body } = await ask({ ...grant, ...admin, organization })
      expect(decodeJwt(body.access_token).org_id).toBe('org_northwind')
    },
  )

  test("gets a token for the tenant's default audience when it names none", async () => {
    const { ask } = await setup({ ...northwind, defaultAudience: messages })
    const { body } = await ask({ grant_type: 'client_credentials', ...worker })
    expect(decodeJwt(body.access_token).aud).toBe(messages)
  })

  test('gets the lifetime, profile and permissions that the API is set to', async () => {
    const api = { ...northwind.apis[0], tokenProfile: 'rfc9068', rbac: true, permissions: true } as const
    const { ask } = await setup({ ...northwind, apis: [{ ...api, tokenLifetimeSeconds: 60 }] })
    const { body } = await ask({ ...grant, ...worker })
    expect(body.expires_in).toBe(60)
    expect(decodeProtectedHeader(body.access_token).typ).toBe('at+jwt')
    const { iat = 0, iss, ...claims } = decodeJwt(body.access_token)
    expect(claims).toEqual({
      sub: 'messages-worker@clients',
      aud: messages,
      exp: iat + 60,
      scope: 'read:messages',
      client_id: 'messages-worker',
      jti: expect.any(String),
      permissions: ['read:messages'],
    })
  })
})

describe('a token request that is wrong', () => {
  test.each([
    ['an unknown client', { ...grant, client_id: 'nobody', client_secret: 'x' }],
    ['a wrong secret', { ...grant, ...worker, client_secret: 'wrong' }],
    ['a missing secret', { ...grant, client_id: 'messages-worker' }],
    ['no client', grant],
  ])('is refused as invalid_client for %s', async (_, body) => {
    const { ask } = await setup()
    const response = await ask(body)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBeUndefined()
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.body).toEqual({ error: 'invalid_client', error_description: 'Unauthorized' })
  })

  test.each([
    ['a wrong secret', basic('messages-worker', 'wrong')],
    ['another scheme', 'Bearer abc'],
    ['a broken escape', basic('messages-worker', '%zz')],
    ['no colon', `Basic ${Buffer.from('messages-worker').toString('base64')}`],
  ])('is challenged for Basic when its Authorization has %s (RFC 6749 §5.2)', async (_, authorization) => {
    const { ask } = await setup()
    const response = await ask(grant).set('Authorization', authorization)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Basic realm="issuer"')
    expect(response.body.error).toBe('invalid_client')
  })

  test.each([
    ['The client authenticated twice', { ...grant, ...worker }],
    ['The request names two clients', { ...grant, client_id: 'messages-admin' }],
  ])('is refused as invalid_request: %s', async (description, body) => {
    const { ask } = await setup()
    const authorization = basic('messages-worker', 'messages-worker-secret')
    const response = await ask(body).set('Authorization', authorization)
    expect(response.status).toBe(400)
    expect(response.body).toEqual({ error: 'invalid_request', error_description: description })
  })

  const long = 'x'.repeat(70_000)
  test.each([
    ['form', 'A parameter is repeated', 400, 'grant_type=a&grant_type=b'],
    ['json', 'A parameter is not text', 400, '{"grant_type":1}'],
    ['json', 'The body cannot be read', 400, '{"grant_type":'],
    ['json', 'The body must be form-encoded or a JSON object', 400, '[]'],
    ['text', 'The body must be form-encoded or a JSON object', 400, 'grant_type=client_credentials'],
    ['form', 'Missing required parameter: grant_type', 400, 'grant_type='],
    ['form', 'The body is too large', 413, long],
  ])('is refused as invalid_request for a body in %s: %s', async (type, description, status, body) => {
    const { request } = await setup()
    const response = await request.post('oauth/token').type(type).send(body)
    expect(response.status).toBe(status)
    expect(response.body).toEqual({ error: 'invalid_request', error_description: description })
  })

  test.each([
    ['unsupported_grant_type', { grant_type: 'password' }, 'Unsupported grant type: password'],
    ['unsupported_grant_type', { grant_type: 'toString' }, 'Unsupported grant type: toString'],
  ])('is refused as %s for %o', async (error, body, error_description) => {
    const { ask } = await setup()
    const response = await ask({ ...worker, ...body })
    expect(response.status).toBe(400)
    expect(response.body).toEqual({ error, error_description })
  })

  test('is refused as unauthorized_client when the client may not use the grant', async () => {
    const client = { ...northwind.clients[0], grants: [] }
    const { ask } = await setup({ ...northwind, clients: [client] })
    const response = await ask({ ...grant, ...worker })
    expect(response.status).toBe(400)
    expect(response.body).toEqual({
      error: 'unauthorized_client',
      error_description: "Grant type 'client_credentials' not allowed for the client",
    })
  })

  test('is refused when it names no audience and the tenant has no default', async () => {
    const { ask } = await setup()
    const response = await ask({ grant_type: 'client_credentials', ...worker })
    expect(response.status).toBe(400)
    expect(response.body).toEqual({
      error: 'invalid_request',
      error_description: 'No audience parameter was provided, and no default audience has been configured',
    })
  })

  test('is denied an API that the tenant does not have', async () => {
    const { ask } = await setup()
    const response = await ask({ ...grant, ...worker, audience: 'https://other.example' })
    expect(response.status).toBe(403)
    expect(response.body).toEqual({
      error: 'access_denied',
      error_description: 'Service not enabled within domain: https://other.example',
    })
  })

  test('is denied an API that the client may not use', async () => {
    const { apis: _, ...client } = northwind.clients[0]
    const { ask } = await setup({ ...northwind, clients: [client] })
    const response = await ask({ ...grant, ...worker })
    expect(response.status).toBe(403)
    expect(response.body).toEqual({
      error: 'access_denied',
      error_description: `Client is not authorized to access "${messages}"`,
    })
  })

  const required = { ...northwind.clients[0], organizationRequired: true }
  test.each([
    ['unknown', northwind, 'org_x', 400, 'invalid_request', 'parameter organization is invalid: org_x'],
    [
      'not allowed',
      northwind,
      'org_northwind',
      403,
      'access_denied',
      'Client is not authorized to access organization: org_northwind',
    ],
    [
      'missing',
      { ...northwind, clients: [required] },
      '',
      400,
      'invalid_request',
      'parameter organization is required for this client',
    ],
  ])(
    'is refused when its organization is %s',
    async (_, tenant, organization, status, error, description) => {
      const { ask } = await setup(tenant)
      const response = await ask({ ...grant, ...worker, organization })
      expect(response.status).toBe(status)
      expect(response.body).toEqual({ error, error_description: description })
    },
  )
})
