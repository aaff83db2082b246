import express from 'express'
import {
  authErrorHandler,
  type ProtectedResourceOptions,
  protectedResourceMetadata,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
} from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { craft, craftKey, trusting } from './craft.js'
import { frameworks } from './frameworks.js'
import { messages } from './setup.js'

const resource = 'https://api.example.com/v1'
const address = '/.well-known/oauth-protected-resource/v1'
const { privateKey: key, jwk } = craftKey('ec')
const issuer = trusting({ ...jwk, alg: 'ES256' })

function guard(options: Partial<RequireAuthOptions> = {}) {
  return requireAuth({ issuer, audience: messages, algorithms: ['ES256'], ...options })
}

function serve(options: Partial<ProtectedResourceOptions> = {}, framework: typeof express = express) {
  const app = framework()
  app.use(protectedResourceMetadata({ resource, ...options }))
  if (options.auth) app.use(options.auth)
  app.get('/v1/messages', requireScopes('write:messages'), (_req, res) => void res.json([]))
  app.use(authErrorHandler())
  return supertest(app)
}

async function documentOf(options: Partial<ProtectedResourceOptions>, path = address) {
  const { status, body } = await serve(options).get(path)
  expect(status).toBe(200)
  return body
}

describe.each(frameworks)('%s', (_, framework) => {
  test('the document is served with 200 as application/json, to pages of any origin (RFC 9728 §3.2)', async () => {
    const { status, headers, body } = await serve({ auth: guard() }, framework).get(address)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['cache-control']).toBe('public, max-age=3600')
    expect(body).toEqual({
      resource,
      authorization_servers: ['https://login.northwind.com/'],
      bearer_methods_supported: ['header'],
    })
  })

  test('HEAD answers without a body', async () => {
    const { status, headers, text } = await serve({}, framework).head(address)
    expect([status, headers['content-type'], text]).toEqual([200, 'application/json', undefined])
  })

  test.each(['post', 'put', 'patch', 'delete'] as const)(
    '%s is not allowed (RFC 9728 §3.1)',
    async (method) => {
      const { status, headers } = await serve({}, framework)[method](address)
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
    },
  )

  test('a preflight is answered, since clients in browsers may send headers of their own', async () => {
    const { status, headers } = await serve({}, framework)
      .options(address)
      .set('Origin', 'https://inspector.example')
      .set('Access-Control-Request-Method', 'GET')
      .set('Access-Control-Request-Headers', 'mcp-protocol-version')
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD')
    expect(headers['access-control-allow-headers']).toBe('*, Authorization')
    expect(headers['access-control-max-age']).toBe('86400')
  })
})

describe('the well-known address is inserted between host and path (RFC 9728 §3, §3.1)', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com/.well-known/oauth-protected-resource'],
    ['https://api.example.com/', 'https://api.example.com/.well-known/oauth-protected-resource'],
    ['https://api.example.com/v1', 'https://api.example.com/.well-known/oauth-protected-resource/v1'],
    ['https://api.example.com/v1/', 'https://api.example.com/.well-known/oauth-protected-resource/v1/'],
    ['https://api.example.com/a/b', 'https://api.example.com/.well-known/oauth-protected-resource/a/b'],
    [
      'https://api.example.com:8443/v1',
      'https://api.example.com:8443/.well-known/oauth-protected-resource/v1',
    ],
    ['https://api.example.com?t=1', 'https://api.example.com/.well-known/oauth-protected-resource?t=1'],
    ['https://api.example.com/?t=1', 'https://api.example.com/.well-known/oauth-protected-resource?t=1'],
    ['https://api.example.com/v1?t=1', 'https://api.example.com/.well-known/oauth-protected-resource/v1?t=1'],
    ['http://localhost:3000/mcp', 'http://localhost:3000/.well-known/oauth-protected-resource/mcp'],
  ])('of %s', async (each, url) => {
    expect(protectedResourceMetadata({ resource: each }).url).toBe(url)
    const { pathname, search } = new URL(url)
    expect((await documentOf({ resource: each }, pathname + search)).resource).toBe(each)
  })

  test.each([
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/v1/',
    '/.well-known/oauth-protected-resource/v2',
    '/v1/.well-known/oauth-protected-resource',
  ])('%s is not it', async (path) => {
    expect((await serve().get(path)).status).toBe(404)
  })

  test('a query of a reader does not hide it, and one of the identifier belongs to it', async () => {
    expect((await documentOf({}, `${address}?now=1`)).resource).toBe(resource)
    const ofTenant = { resource: `${resource}?t=1` }
    expect((await serve(ofTenant).get(`${address}?t=2`)).status).toBe(404)
    expect((await serve(ofTenant).get(address)).status).toBe(404)
  })
})

test('the identifier is repeated to the letter, without normalisation (RFC 9728 §2, §6)', async () => {
  const written = 'https://API.example.com:443/v1'
  expect((await documentOf({ resource: written })).resource).toBe(written)
})

test('nothing in the document comes from the Host header', async () => {
  const { text } = await serve({ auth: guard() })
    .get(address)
    .set('Host', 'evil.example')
    .set('X-Forwarded-Host', 'evil.example')
  expect(text).not.toContain('evil')
})

test('what clients should know of the resource is told (RFC 9728 §2)', async () => {
  expect(
    await documentOf({
      authorizationServers: ['https://login.northwind.com/'],
      scopesSupported: ['read:messages', 'write:messages'],
      resourceName: 'Messages',
      resourceDocumentation: 'https://docs.example.com/',
      resourcePolicyUri: 'https://docs.example.com/policy',
      resourceTosUri: 'https://docs.example.com/tos',
    }),
  ).toEqual({
    resource,
    authorization_servers: ['https://login.northwind.com/'],
    scopes_supported: ['read:messages', 'write:messages'],
    resource_name: 'Messages',
    resource_documentation: 'https://docs.example.com/',
    resource_policy_uri: 'https://docs.example.com/policy',
    resource_tos_uri: 'https://docs.example.com/tos',
  })
})

test('members without a value are left out (RFC 9728 §3.2)', async () => {
  expect(await documentOf({})).toEqual({ resource })
})

describe('the document says what the middleware does (RFC 9728 §2)', () => {
  test('all of its issuers', async () => {
    const auth = guard({ issuer: ['northwind.auth0.com', 'login.northwind.com'] })
    expect((await documentOf({ auth })).authorization_servers).toEqual([
      'https://northwind.auth0.com/',
      'https://login.northwind.com/',
    ])
  })

  test('none for an issuer function, unless they are given', async () => {
    const auth = () => guard({ issuer: () => undefined })
    expect(await documentOf({ auth: auth() })).not.toHaveProperty('authorization_servers')
    const authorizationServers = ['https://a.example/']
    expect((await documentOf({ auth: auth(), authorizationServers })).authorization_servers).toEqual(
      authorizationServers,
    )
  })

  test('where tokens may stand', async () => {
    const auth = guard({ tokenFrom: ['body', 'header', 'query'] })
    expect((await documentOf({ auth })).bearer_methods_supported).toEqual(['body', 'header', 'query'])
  })

  test('an empty list when they stand in no place of RFC 6750', async () => {
    const auth = guard({ tokenFrom: [(req) => req.get('x-token')] })
    expect((await documentOf({ auth })).bearer_methods_supported).toEqual([])
  })

  test('DPoP beside Bearer', async () => {
    expect(await documentOf({ auth: guard({ dpop: { algorithms: ['ES256'] } }) })).toMatchObject({
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256'],
      dpop_bound_access_tokens_required: false,
    })
  })

  test('DPoP alone', async () => {
    expect(await documentOf({ auth: guard({ dpop: { required: true } }) })).toMatchObject({
      bearer_methods_supported: [],
      dpop_bound_access_tokens_required: true,
    })
  })

  test('client certificates', async () => {
    expect(await documentOf({ auth: guard({ mtls: {} }) })).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
    })
  })

  test('no keys, no signed answers and no signed metadata, since there are none (RFC 9728 §2, §2.2)', async () => {
    const document = await documentOf({ auth: guard({ dpop: {}, mtls: {} }) })
    for (const member of ['jwks_uri', 'resource_signing_alg_values_supported', 'signed_metadata'])
      expect(document).not.toHaveProperty(member)
  })
})

describe('challenges say where the document is (RFC 9728 §5.1)', () => {
  const realm = 'realm="api"'
  const metadata = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/v1"'
  const { url } = protectedResourceMetadata({ resource })
  const naming = (options: Partial<RequireAuthOptions> = {}) => guard({ resourceMetadata: url, ...options })

  test('without credentials', async () => {
    const { status, headers } = await serve({ auth: naming() }).get('/v1/messages')
    expect([status, headers['www-authenticate']]).toEqual([401, `Bearer ${realm}, ${metadata}`])
  })

  test('beside an error', async () => {
    const { status, headers } = await serve({ auth: naming() })
      .get('/v1/messages')
      .auth('a.b.c', { type: 'bearer' })
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      `Bearer ${realm}, ${metadata}, error="invalid_token", error_description="The access token is malformed"`,
    ])
  })

  test('beside the scope that is needed', async () => {
    const token = craft({ key, alg: 'ES256' })
    const { status, headers } = await serve({ auth: naming() })
      .get('/v1/messages')
      .auth(token, { type: 'bearer' })
    expect([status, headers['www-authenticate']]).toEqual([
      403,
      `Bearer ${realm}, ${metadata}, error="insufficient_scope", scope="write:messages", error_description="The access token lacks a required scope"`,
    ])
  })

  test('in every scheme', async () => {
    const auth = naming({ dpop: { algorithms: ['ES256'] } })
    const { headers } = await serve({ auth }).get('/v1/messages')
    expect(headers['www-authenticate']).toBe(
      `Bearer ${realm}, ${metadata}, DPoP ${realm}, ${metadata}, algs="ES256"`,
    )
  })

  test('in the refusals of verify()', async () => {
    await expect(naming().verify('')).rejects.toMatchObject({
      headers: { 'WWW-Authenticate': `Bearer ${realm}, ${metadata}` },
    })
  })

  test('the handler itself can be named instead of its address', async () => {
    const auth = guard({ resourceMetadata: protectedResourceMetadata({ resource }) })
    const { headers } = await serve({ auth }).get('/v1/messages')
    expect(headers['www-authenticate']).toBe(`Bearer ${realm}, ${metadata}`)
  })

  test('only where the option says so: the handler changes nothing in the middleware', async () => {
    const { headers } = await serve({ auth: guard() }).get('/v1/messages')
    expect(headers['www-authenticate']).toBe(`Bearer ${realm}`)
  })

  test('an option that says otherwise is refused', () => {
    const auth = guard({ resourceMetadata: 'https://other.example/' })
    expect(() => protectedResourceMetadata({ resource, auth })).toThrow(
      /^resourceMetadata of auth must be "https:\/\/api.example.com\/.well-known\/oauth-protected-resource\/v1"/,
    )
  })
})

describe('a wrong option is named', () => {
  test.each([
    ['resource', { resource: undefined }],
    ['resource', { resource: 'api.example.com' }],
    ['resource', { resource: 'http://api.example.com' }],
    ['resource', { resource: 'https://api.example.com/#v1' }],
    ['resource', { resource: 'https://user:pass@api.example.com/' }],
    ['resource', { resource: 'https://api.example.com/"' }],
    ['auth', { auth: () => {} }],
    ['auth', { auth: {} }],
    ['authorizationServers', { auth: guard(), authorizationServers: ['https://a.example/'] }],
    ['authorizationServers', { authorizationServers: ['a.example'] }],
    ['authorizationServers', { authorizationServers: [] }],
    ['scopesSupported', { scopesSupported: [] }],
    ['scopesSupported', { scopesSupported: [''] }],
    ['resourceName', { resourceName: ' ' }],
    ['resourceDocumentation', { resourceDocumentation: 'docs' }],
    ['resourcePolicyUri', { resourcePolicyUri: 'javascript:alert(1)' }],
    ['resourceTosUri', { resourceTosUri: 1 }],
    ['jwksUri', { jwksUri: 'http://a.example/' }],
  ])('%s in %o', (name, options) => {
    const wrong = { resource, ...options } as unknown as ProtectedResourceOptions
    expect(() => protectedResourceMetadata(wrong)).toThrow(TypeError)
    expect(() => protectedResourceMetadata(wrong)).toThrow(name)
  })
})

test('the middleware names the document of its resource, which names the issuers of the middleware', async () => {
  const resource = 'https://api.northwind.com/v1'
  const auth = requireAuth({
    ...{ issuer: 'login.northwind.com', audience: resource },
    resourceMetadata: { resource },
  })
  const metadata = protectedResourceMetadata({ resource, auth })
  const app = express().use(metadata).use(auth).use(authErrorHandler())
  const refused = await supertest(app).get('/v1')
  expect(refused.headers['www-authenticate']).toBe(`Bearer realm="api", resource_metadata="${metadata.url}"`)
  const document = await supertest(app).get(new URL(metadata.url).pathname)
  expect(document.body.authorization_servers).toEqual(['https://login.northwind.com/'])
})

test('the document names issuers that clients can ask: no name, no template of tenants', async () => {
  const auth = requireAuth({
    issuer: [
      { issuer: 'P2abc', jwksUri: 'https://keys.example/' },
      { issuer: 'https://login.example/{tenantid}/v2.0', metadataUrl: 'https://login.example/common' },
      'http://keycloak:8080/realms/northwind',
    ],
    httpHosts: ['keycloak:8080'],
    audience: messages,
  })
  const metadata = protectedResourceMetadata({ resource, auth })
  const { body } = await supertest(express().use(metadata)).get(address)
  expect(body.authorization_servers).toEqual(['http://keycloak:8080/realms/northwind'])
})
