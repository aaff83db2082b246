import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { openBrowser } from './browser.js'
import { messages, startedIssuer } from './started-issuer.js'

const redirectUri = 'http://localhost:3000/callback'

function discover(url: string, clientId: string, secret?: string) {
  const authentication = secret === undefined ? client.None() : client.ClientSecretBasic(secret)
  const options = { execute: [client.allowInsecureRequests] }
  return client.discovery(new URL(url), clientId, undefined, authentication, options)
}

test('openid-client gets a token by client credentials', async () => {
  const issuer = await startedIssuer()
  const config = await discover(issuer.url, 'messages-worker', 'messages-worker-secret')
  const tokens = await client.clientCredentialsGrant(config, { audience: messages })
  expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 86400, scope: 'read:messages' })
})

test.each(['url', 'customUrl'] as const)('openid-client logs a user in at the %s', async (domain) => {
  const issuer = await startedIssuer()
  const config = await discover(issuer[domain], 'messages-spa')
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    audience: messages,
    scope: 'openid profile offline_access read:messages',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  })
  const browser = openBrowser(issuer[domain])
  const { headers } = await browser.logIn(Object.fromEntries(address.searchParams))
  const tokens = await client.authorizationCodeGrant(config, new URL(headers.location ?? ''), {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  })
  expect(tokens.claims()).toMatchObject({ iss: issuer[domain], sub: 'auth0|ada', name: 'Ada' })
  expect(await client.fetchUserInfo(config, tokens.access_token, 'auth0|ada')).toEqual({
    sub: 'auth0|ada',
    name: 'Ada',
  })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.scope).toBe('openid profile offline_access read:messages')
  await client.tokenRevocation(config, refreshed.refresh_token ?? '')
  await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('openid-client introspects a token', async () => {
  const issuer = await startedIssuer()
  const config = await discover(issuer.url, 'messages-api', 'messages-api-secret')
  expect(await client.tokenIntrospection(config, await issuer.token())).toMatchObject({ active: true })
})
