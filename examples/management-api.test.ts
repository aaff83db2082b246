import { northwind, startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createManagementApi } from './management-api.js'

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
})

afterAll(() => issuer.close())

const domains = ['url', 'customUrl'] as const
type Domain = (typeof domains)[number]

/** Asks a domain for a token for its own Management API. */
async function tokenFrom(domain: Domain, scope = 'read:users'): Promise<string> {
  const fields = {
    grant_type: 'client_credentials',
    client_id: 'messages-admin',
    client_secret: 'messages-admin-secret',
    audience: `${issuer[domain]}api/v2/`,
    scope,
  }
  const { body } = await request(issuer[domain]).post('oauth/token').type('form').send(fields)
  return body.access_token
}

interface Call {
  /** Where it is sent to. */
  to: Domain
  /** Where its token is from. */
  from: Domain
  trustProxy?: string
  /** The host a proxy, or whoever claims to be one, says it was sent to. */
  forwardedHost?: string
}

async function call({ to, from, trustProxy, forwardedHost }: Call) {
  const api = createManagementApi({
    domains: [issuer.url, issuer.customUrl],
    users: northwind.users,
    ...(trustProxy && { trustProxy }),
  })
  const get = request(api).get('/api/v2/users').set('Host', new URL(issuer[to]).hostname)
  if (forwardedHost) get.set('X-Forwarded-Host', forwardedHost)
  return get.auth(await tokenFrom(from), { type: 'bearer' })
}

const mismatch =
  'Bearer realm="api", error="invalid_token", error_description="The access token is from another domain than the one called"'

test.each(domains)('a token works on the domain it was asked from: %s', async (domain) => {
  const { status, body } = await call({ to: domain, from: domain })
  expect(status).toBe(200)
  expect(body).toEqual({
    domain: issuer[domain],
    users: [
      { userId: 'auth0|ada', name: 'Ada' },
      { userId: 'auth0|grace', name: 'Grace' },
    ],
  })
})

test.each([
  ['custom', 'canonical', { from: 'customUrl', to: 'url' }],
  ['canonical', 'custom', { from: 'url', to: 'customUrl' }],
] as const)('a token from the %s domain is refused on the %s one', async (_from, _to, domains) => {
  const { status, headers, body } = await call(domains)
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe(mismatch)
  expect(body.code).toBe('issuer_host_mismatch')
})

test('X-Forwarded-Host of just anybody does not change the domain', async () => {
  const { status, headers } = await call({ from: 'customUrl', to: 'url', forwardedHost: 'localhost' })
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe(mismatch)
})

test('X-Forwarded-Host of a caller that is not the trusted proxy does not either', async () => {
  const { status, headers } = await call({
    from: 'customUrl',
    to: 'url',
    trustProxy: '10.0.0.1',
    forwardedHost: 'localhost',
  })
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe(mismatch)
})

test('behind a trusted proxy the domain is the one the proxy was asked for', async () => {
  const proxied = { to: 'url', trustProxy: 'loopback', forwardedHost: 'localhost' } as const
  expect((await call({ ...proxied, from: 'customUrl' })).status).toBe(200)
  const refused = await call({ ...proxied, from: 'url' })
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toBe(mismatch)
})

test("a domain's token for the other domain's API is refused on both", async () => {
  const api = createManagementApi({ domains: [issuer.url, issuer.customUrl], users: [] })
  const token = await issuer.token({
    issuer: issuer.customUrl,
    audience: `${issuer.url}api/v2/`,
    scope: 'read:users',
  })
  for (const host of ['127.0.0.1', 'localhost']) {
    const { status, headers } = await request(api)
      .get('/api/v2/users')
      .set('Host', host)
      .auth(token, { type: 'bearer' })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token is for another audience"',
    )
  }
})
