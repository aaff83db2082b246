import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type IntrospectionOptions, requireScopes } from 'express-require-auth'
import { northwind, startTestIssuer } from 'express-require-auth/testing'
import type { JWK } from 'jose'
import Provider from 'oidc-provider'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { craftKey } from '../craft.js'
import { readyKey } from '../keys/ready-keys.js'
import { answerOf, forbidden, otherAudience, tokenRefused } from '../refused.js'
import { mount } from '../setup.js'
import { codeVerifier, openBrowser, redirectedWith, redirectUri, spaRequest } from '../testing/browser.js'

const inactive = tokenRefused('token_inactive', 'The access token is not active')

describe('the local issuer', () => {
  const client = { clientId: 'messages-api', clientSecret: 'messages-api-secret' }

  /** The opaque token that a log-in without an audience brings, and an API it is for. */
  async function setup(introspection: Partial<IntrospectionOptions> = {}) {
    const issuer = await startTestIssuer({ tenant: northwind, signingKey: readyKey() })
    onTestFinished(issuer.close)
    const { code } = redirectedWith(await openBrowser(issuer.url).logIn(spaRequest, 'auth0|ada'))
    const post = (path: string, body: object) => supertest(issuer.url).post(path).type('form').send(body)
    const exchange = { grant_type: 'authorization_code', client_id: 'messages-spa', code }
    const { body } = await post('oauth/token', {
      ...exchange,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    })
    const options = {
      issuer: issuer.url,
      audience: `${issuer.url}userinfo`,
      introspection: { ...client, ...introspection } as IntrospectionOptions,
    }
    return { issuer, post, token: body.access_token as string, ...mount(options) }
  }

  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'tells of its opaque tokens by %s',
    async (authMethod) => {
      const { get, token } = await setup({ authMethod })
      expect(token).not.toContain('.')
      expect(answerOf(await get(token))).toMatchObject({ status: 200, body: { subject: 'auth0|ada' } })
      expect(answerOf(await get('invented'))).toEqual(inactive)
    },
  )

  test('tells that one was revoked', async () => {
    const { get, post, token } = await setup({ maxAgeSeconds: 0 })
    expect((await get(token)).status).toBe(200)
    await post('oauth/revoke', { client_id: 'messages-spa', token })
    expect(answerOf(await get(token))).toEqual(inactive)
  })

  test('rejects a wrong secret, which is 503 for the caller', async () => {
    const { get, token } = await setup({ clientSecret: 'wrong' })
    expect((await get(token)).status).toBe(503)
  })
})

describe('oidc-provider', () => {
  const resource = 'https://messages.northwind.com'
  const { privateKey } = craftKey('ec')
  const privateJwk = { ...(privateKey.export({ format: 'jwk' }) as JWK), alg: 'ES256', kid: 'api' }
  const { d: _, ...publicJwk } = privateJwk

  const configuration = {
    clients: [
      {
        client_id: 'worker',
        client_secret: 'worker-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'api',
        client_secret: 'api-secret',
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'api-with-key',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [publicJwk] },
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'api-signed',
        client_secret: 'api-secret',
        introspection_signed_response_alg: 'RS256',
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
    ],
    scopes: ['read:messages', 'write:messages'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, indicator: string) => ({
          scope: 'read:messages write:messages',
          audience: indicator,
          accessTokenFormat: 'opaque',
          accessTokenTTL: 600,
        }),
      },
    },
  }

  async function setup(introspection: object) {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const provider = new Provider(issuer, configuration)
    server.on('request', provider.callback())
    const tokenOf = async (body: object = {}): Promise<string> => {
      const response = await supertest(issuer)
        .post('/token')
        .auth('worker', 'worker-secret')
        .type('form')
        .send({ grant_type: 'client_credentials', resource, scope: 'read:messages', ...body })
      return response.body.access_token
    }
    const mounted = mount(
      { issuer, audience: resource, introspection: introspection as IntrospectionOptions },
      { after: [requireScopes('read:messages')] },
    )
    return { issuer, tokenOf, ...mounted }
  }

  const withSecret = { clientId: 'api', clientSecret: 'api-secret' }

  test.each([
    ['client_secret_basic', withSecret],
    ['client_secret_post', { ...withSecret, authMethod: 'client_secret_post' }],
    ['private_key_jwt', { clientId: 'api-with-key', privateKey: privateJwk }],
    ['signed answers (RFC 9701)', { ...withSecret, clientId: 'api-signed', signedResponse: true }],
  ])('tells of its opaque tokens: %s', async (_, introspection) => {
    const { get, tokenOf } = await setup(introspection)
    const token = await tokenOf()
    expect(token).not.toContain('.')
    expect((await get(token)).status).toBe(200)
    expect(answerOf(await get(await tokenOf({ scope: 'write:messages' })))).toEqual(
      forbidden('insufficient_scope', 'The access token lacks a required scope', ', scope="read:messages"'),
    )
    expect(answerOf(await get(await tokenOf({ resource: 'https://other.example' })))).toEqual(otherAudience)
    expect(answerOf(await get('invented'))).toEqual(inactive)
  })

  test('tells that a token was revoked', async () => {
    const { get, issuer, tokenOf } = await setup({ ...withSecret, maxAgeSeconds: 0 })
    const token = await tokenOf()
    expect((await get(token)).status).toBe(200)
    await supertest(issuer)
      .post('/token/revocation')
      .auth('worker', 'worker-secret')
      .type('form')
      .send({ token })
    expect(answerOf(await get(token))).toEqual(inactive)
  })

  test('rejects a wrong secret, which is 503 for the caller', async () => {
    const { get, tokenOf } = await setup({ ...withSecret, clientSecret: 'wrong' })
    expect((await get(await tokenOf())).status).toBe(503)
  })
})
