import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messages } from '../api.js'
import { openBrowser } from '../testing/browser.js'
import { startTenantAndApi } from './served-api.js'

const redirectUri = 'http://localhost:3000/callback'
const scope = 'openid offline_access read:messages write:messages'

let served: Awaited<ReturnType<typeof startTenantAndApi>>

beforeAll(async () => {
  served = await startTenantAndApi()
})

afterAll(() => served.close())

type Domain = 'url' | 'customUrl'

function discover(domain: Domain, clientId: string, authentication: client.ClientAuth) {
  const options = { execute: [client.allowInsecureRequests] }
  return client.discovery(new URL(served.issuer[domain]), clientId, undefined, authentication, options)
}

async function call(config: client.Configuration, token: string, method: 'GET' | 'POST') {
  const body = method === 'POST' ? JSON.stringify({ text: 'Hi' }) : undefined
  const headers = new Headers({ 'Content-Type': 'application/json' })
  const address = new URL('/messages', served.apiUrl)
  const response = await client.fetchProtectedResource(config, token, address, method, body, headers)
  return { status: response.status, body: await response.json() }
}

/** Code + PKCE, with the user's part done by a script. */
async function logIn(config: client.Configuration, domain: Domain) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    audience: messages,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  })
  const { headers } = await openBrowser(served.issuer[domain]).logIn(Object.fromEntries(address.searchParams))
  return client.authorizationCodeGrant(config, new URL(headers.location ?? ''), {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  })
}

test.each(['url', 'customUrl'] as const)(
  'openid-client gets a token by client credentials at the %s, and the API takes it for reading only',
  async (domain) => {
    const config = await discover(
      domain,
      'messages-worker',
      client.ClientSecretPost('messages-worker-secret'),
    )
    const { access_token: token } = await client.clientCredentialsGrant(config, { audience: messages })
    expect(await call(config, token, 'GET')).toMatchObject({
      status: 200,
      body: { subject: 'messages-worker@clients', scopes: ['read:messages'] },
    })
    await expect(call(config, token, 'POST')).rejects.toMatchObject({
      status: 403,
      cause: [
        {
          scheme: 'bearer',
          parameters: { realm: 'api', error: 'insufficient_scope', scope: 'write:messages' },
        },
      ],
    })
  },
)

test.each(['url', 'customUrl'] as const)(
  'openid-client logs a user in at the %s and refreshes, and the API takes both tokens',
  async (domain) => {
    const config = await discover(domain, 'messages-spa', client.None())
    const tokens = await logIn(config, domain)
    expect(tokens.claims()).toMatchObject({ iss: served.issuer[domain], sub: 'auth0|ada' })
    expect(await call(config, tokens.access_token, 'GET')).toMatchObject({
      status: 200,
      body: { subject: 'auth0|ada', scopes: ['openid', 'offline_access', 'read:messages', 'write:messages'] },
    })

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    expect(await call(config, refreshed.access_token, 'POST')).toEqual({
      status: 201,
      body: { from: 'auth0|ada', text: 'Hi' },
    })
  },
)

test('openid-client is refused a refresh token that was used before', async () => {
  const config = await discover('url', 'messages-spa', client.None())
  const { refresh_token: used = '' } = await logIn(config, 'url')
  await client.refreshTokenGrant(config, used)
  await expect(client.refreshTokenGrant(config, used)).rejects.toMatchObject({ error: 'invalid_grant' })
})
