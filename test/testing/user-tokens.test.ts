import { northwind, type TenantOptions } from 'express-require-auth/testing'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { codeVerifier, openBrowser, redirectedWith, redirectUri, spaRequest } from './browser.js'
import { messages, startedIssuer } from './started-issuer.js'

const spa = { client_id: 'messages-spa' }
const offline = { scope: 'openid offline_access read:messages', audience: messages }

function freezeDate() {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
}

async function setup(tenant: TenantOptions = northwind) {
  const issuer = await startedIssuer({ tenant })
  const post = (path: string, body: object) => supertest(issuer.url).post(path).type('form').send(body)
  const { logIn } = openBrowser(issuer.url)
  const codeFor = async (parameters = {}, user = 'auth0|ada') =>
    redirectedWith(await logIn({ ...spaRequest, ...parameters }, user)).code
  const exchange = (code: string | undefined, body = {}) =>
    post('oauth/token', {
      grant_type: 'authorization_code',
      ...spa,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
      code,
      ...body,
    })
  const refresh = (refresh_token: string, body = {}) =>
    post('oauth/token', { grant_type: 'refresh_token', ...spa, refresh_token, ...body })
  const tokensFor = async (parameters = {}, user = 'auth0|ada') =>
    (await exchange(await codeFor(parameters, user))).body
  const userinfo = (token: string) =>
    supertest(issuer.url).get('userinfo').set('Authorization', `Bearer ${token}`)
  return { issuer, post, logIn, codeFor, exchange, refresh, tokensFor, userinfo }
}

describe('an authorization code', () => {
  test('is exchanged for an ID token and an access token', async () => {
    const { codeFor, exchange } = await setup()
    const response = await exchange(
      await codeFor({ audience: messages, scope: 'openid profile read:messages' }),
    )
    expect(response.status).toBe(200)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.body).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86400,
      scope: 'openid profile read:messages',
    })
  })

  test('gives an ID token of the user and the session', async () => {
    const { issuer, tokensFor } = await setup()
    const { iat = 0, ...claims } = decodeJwt((await tokensFor({ organization: 'org_northwind' })).id_token)
    expect(claims).toEqual({
      iss: issuer.url,
      sub: 'auth0|ada',
      aud: 'messages-spa',
      exp: iat + 36000,
      auth_time: expect.any(Number),
      sid: expect.any(String),
      nonce: 'the nonce',
      org_id: 'org_northwind',
      name: 'Ada',
      email: 'ada@northwind.com',
      email_verified: true,
    })
  })

  const invalidCode = { error: 'invalid_grant', error_description: 'Invalid authorization code' }

  test('is good once', async () => {
    const { codeFor, exchange } = await setup()
    const code = await codeFor()
    expect((await exchange(code)).status).toBe(200)
    const again = await exchange(code)
    expect(again.status).toBe(400)
    expect(again.body).toEqual(invalidCode)
  })

  test('takes the refresh tokens with it when it is used twice (RFC 6749 §4.1.2)', async () => {
    const { codeFor, exchange, refresh } = await setup()
    const code = await codeFor(offline)
    const { body } = await exchange(code)
    await exchange(code)
    expect((await refresh(body.refresh_token)).status).toBe(400)
  })

  test('is good for 60 seconds', async () => {
    freezeDate()
    const { codeFor, exchange } = await setup()
    const code = await codeFor()
    vi.setSystemTime(Date.now() + 60_000)
    const response = await exchange(code)
    expect(response.status).toBe(400)
    expect(response.body).toEqual(invalidCode)
  })

  const web = { client_id: 'messages-web', client_secret: 'messages-web-secret' }
  test.each([
    ['another client', web, 'Invalid authorization code'],
    ['another redirect URI', { redirect_uri: 'http://localhost:3000' }, 'The redirect URI is wrong'],
    ['a wrong code verifier', { code_verifier: 'x'.repeat(43) }, 'Failed to verify code verifier'],
    ['no code verifier', { code_verifier: '' }, 'Failed to verify code verifier'],
  ])('is refused, and spent, for %s', async (_, body, error_description) => {
    const { codeFor, exchange } = await setup()
    const code = await codeFor()
    const response = await exchange(code, body)
    expect(response.status).toBe(400)
    expect(response.body).toEqual({ error: 'invalid_grant', error_description })
    expect((await exchange(code)).status).toBe(400)
  })

  test('of a confidential client needs its secret and no PKCE', async () => {
    const { issuer, exchange } = await setup()
    const { code_challenge, code_challenge_method, ...request } = spaRequest
    const location = await openBrowser(issuer.url).logIn({ ...request, client_id: 'messages-web' })
    const { code } = redirectedWith(location)
    expect((await exchange(code, { client_id: 'messages-web', code_verifier: '' })).status).toBe(401)
    expect((await exchange(code, { ...web, code_verifier: '' })).status).toBe(200)
  })

  test('got without PKCE is not exchanged with a verifier (RFC 9700 §2.1.1)', async () => {
    const { issuer, exchange } = await setup()
    const { code_challenge, code_challenge_method, ...request } = spaRequest
    const location = await openBrowser(issuer.url).logIn({ ...request, client_id: 'messages-web' })
    expect((await exchange(redirectedWith(location).code, web)).body.error).toBe('invalid_grant')
  })
})

describe('a refresh token', () => {
  test('comes with the scope offline_access only', async () => {
    const { tokensFor } = await setup()
    expect(await tokensFor(offline)).toHaveProperty('refresh_token')
    expect(await tokensFor({ audience: messages })).not.toHaveProperty('refresh_token')
  })

  test('gives new tokens and its successor', async () => {
    const { tokensFor, refresh } = await setup()
    const first = await tokensFor(offline)
    const response = await refresh(first.refresh_token)
    expect(response.status).toBe(200)
    expect(response.body.scope).toBe('openid offline_access read:messages')
    expect(response.body.refresh_token).not.toBe(first.refresh_token)
    expect(decodeJwt(response.body.access_token).sub).toBe('auth0|ada')
    expect(decodeJwt(response.body.id_token)).not.toHaveProperty('nonce')
  })

  test('may be used for fewer scopes, which does not bind its successor', async () => {
    const { tokensFor, refresh } = await setup()
    const first = await tokensFor(offline)
    const { body } = await refresh(first.refresh_token, { scope: 'read:messages write:messages' })
    expect(body.scope).toBe('read:messages')
    expect(body).not.toHaveProperty('id_token')
    expect((await refresh(body.refresh_token)).body.scope).toBe('openid offline_access read:messages')
  })

  test('used twice ends its family (RFC 9700 §4.14.2)', async () => {
    const { tokensFor, refresh } = await setup()
    const first = await tokensFor(offline)
    const second = (await refresh(first.refresh_token)).body
    const reused = await refresh(first.refresh_token)
    expect(reused.status).toBe(400)
    expect(reused.body).toEqual({
      error: 'invalid_grant',
      error_description: 'Unknown or invalid refresh token',
    })
    expect((await refresh(second.refresh_token)).status).toBe(400)
  })

  test('is good for its client only, and stays so', async () => {
    const { tokensFor, refresh } = await setup()
    const { refresh_token } = await tokensFor(offline)
    const web = { client_id: 'messages-web', client_secret: 'messages-web-secret' }
    expect((await refresh(refresh_token, web)).body.error).toBe('invalid_grant')
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  test('is ended by revocation (RFC 7009)', async () => {
    const { post, tokensFor, refresh } = await setup()
    const { refresh_token } = await tokensFor(offline)
    const response = await post('oauth/revoke', { ...spa, token: refresh_token })
    expect(response.status).toBe(200)
    expect(response.text).toBe('')
    expect((await refresh(refresh_token)).status).toBe(400)
  })
})

describe('audience', () => {
  test('none gives an opaque token', async () => {
    const { tokensFor } = await setup()
    expect((await tokensFor()).access_token).toMatch(/^[\w-]{43}$/)
  })

  test("the issuer's userinfo gives an opaque token", async () => {
    const { issuer, tokensFor } = await setup({ ...northwind, defaultAudience: messages })
    const { access_token } = await tokensFor({ audience: `${issuer.url}userinfo` })
    expect(access_token).toMatch(/^[\w-]{43}$/)
  })

  test('none gives a token for the default audience of the tenant', async () => {
    const { tokensFor } = await setup({ ...northwind, defaultAudience: messages })
    expect(decodeJwt((await tokensFor({ scope: 'read:messages' })).access_token).aud).toBe(messages)
  })

  test('of a custom API gives the claims of an Auth0 tenant', async () => {
    const { issuer, tokensFor } = await setup()
    const { access_token } = await tokensFor({
      audience: messages,
      scope: 'read:messages',
      organization: 'org_northwind',
    })
    const { iat = 0, ...claims } = decodeJwt(access_token)
    expect(claims).toEqual({
      iss: issuer.url,
      sub: 'auth0|ada',
      aud: messages,
      exp: iat + 86400,
      scope: 'read:messages',
      azp: 'messages-spa',
      org_id: 'org_northwind',
    })
  })

  test('of a custom API with openid is an array, good for userinfo too', async () => {
    const { issuer, tokensFor, userinfo } = await setup()
    const { access_token } = await tokensFor({ audience: messages })
    expect(decodeJwt(access_token).aud).toEqual([messages, `${issuer.url}userinfo`])
    expect((await userinfo(access_token)).status).toBe(200)
  })

  test('of the Management API follows the domain that was asked', async () => {
    const { issuer } = await setup()
    const body = {
      grant_type: 'client_credentials',
      client_id: 'messages-admin',
      client_secret: 'messages-admin-secret',
      audience: `${issuer.url}api/v2/`,
    }
    for (const domain of [issuer.url, issuer.customUrl]) {
      const response = await supertest(domain).post('oauth/token').send(body)
      expect(decodeJwt(response.body.access_token)).toMatchObject({
        iss: domain,
        aud: `${domain}api/v2/`,
        scope: 'read:users',
      })
    }
  })

  test('of the Management API is denied to a client without a grant for it', async () => {
    const { issuer, post } = await setup()
    const response = await post('oauth/token', {
      grant_type: 'client_credentials',
      client_id: 'messages-worker',
      client_secret: 'messages-worker-secret',
      audience: `${issuer.url}api/v2/`,
    })
    expect(response.status).toBe(403)
    expect(response.body).toEqual({
      error: 'access_denied',
      error_description: `Client is not authorized to access "${issuer.url}api/v2/"`,
    })
  })
})

describe('scopes and permissions', () => {
  const rbac = { ...northwind, apis: [{ ...northwind.apis[0], rbac: true, permissions: true }] }

  test('all scopes of the API are granted when none is asked for', async () => {
    const { tokensFor } = await setup()
    expect((await tokensFor({ audience: messages, scope: '' })).scope).toBe('read:messages write:messages')
  })

  test('an API with RBAC grants what the user is permitted', async () => {
    const { tokensFor } = await setup(rbac)
    const asked = { audience: messages, scope: 'read:messages write:messages' }
    expect((await tokensFor(asked, 'auth0|grace')).scope).toBe('read:messages')
  })

  test("a token carries the user's permissions when the API is set so", async () => {
    const { tokensFor } = await setup(rbac)
    const { access_token } = await tokensFor({ audience: messages, scope: 'read:messages' })
    expect(decodeJwt(access_token).permissions).toEqual(['read:messages', 'write:messages'])
  })

  test('a token follows the profile of the API', async () => {
    const api = { ...northwind.apis[0], tokenProfile: 'rfc9068' } as const
    const { tokensFor } = await setup({ ...northwind, apis: [api] })
    const { access_token } = await tokensFor({ audience: messages })
    expect(decodeProtectedHeader(access_token).typ).toBe('at+jwt')
    expect(decodeJwt(access_token)).toMatchObject({ client_id: 'messages-spa', jti: expect.any(String) })
  })
})

describe('userinfo', () => {
  test('tells an opaque token what its scopes allow', async () => {
    const { tokensFor, userinfo } = await setup()
    const response = await userinfo((await tokensFor({ scope: 'openid email' })).access_token)
    expect(response.status).toBe(200)
    expect(response.body).toEqual({ sub: 'auth0|ada', email: 'ada@northwind.com', email_verified: true })
  })

  test('challenges who sends no token (RFC 6750 §3.1)', async () => {
    const { issuer } = await setup()
    const response = await supertest(issuer.url).get('userinfo')
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="userinfo"')
  })

  const challenge =
    'Bearer realm="userinfo", error="invalid_token", error_description="The access token is not good for this endpoint"'

  test('refuses an ID token, a token for another audience and one it never issued', async () => {
    const { tokensFor, userinfo, issuer } = await setup()
    const { id_token } = await tokensFor()
    const forApi = await tokensFor({ audience: messages, scope: 'read:messages' })
    for (const token of [id_token, forApi.access_token, await issuer.token(), 'x'.repeat(43)]) {
      const response = await userinfo(token)
      expect(response.status).toBe(401)
      expect(response.headers['www-authenticate']).toBe(challenge)
    }
  })

  test('refuses a token without the scope openid (RFC 6750 §3.1)', async () => {
    const { tokensFor, userinfo } = await setup()
    const response = await userinfo((await tokensFor({ scope: 'profile' })).access_token)
    expect(response.status).toBe(403)
    expect(response.headers['www-authenticate']).toBe(
      'Bearer realm="userinfo", error="insufficient_scope", error_description="The scope openid is needed"',
    )
  })

  test('refuses a token that has expired', async () => {
    freezeDate()
    const { tokensFor, userinfo } = await setup()
    const [opaque, signed] = [await tokensFor(), await tokensFor({ audience: messages })]
    vi.setSystemTime(Date.now() + 86_400_000)
    expect((await userinfo(opaque.access_token)).status).toBe(401)
    expect((await userinfo(signed.access_token)).status).toBe(401)
  })

  test('refuses a token that its client revoked, and only its client', async () => {
    const { post, tokensFor, userinfo } = await setup()
    const { access_token: token } = await tokensFor()
    const web = { client_id: 'messages-web', client_secret: 'messages-web-secret' }
    expect((await post('oauth/revoke', { ...web, token })).status).toBe(200)
    expect((await userinfo(token)).status).toBe(200)
    expect((await post('oauth/revoke', { ...spa, token })).status).toBe(200)
    expect((await userinfo(token)).status).toBe(401)
  })
})

describe('introspection (RFC 7662)', () => {
  const api = { client_id: 'messages-api', client_secret: 'messages-api-secret' }

  test('tells the claims of a signed token', async () => {
    const { issuer, post } = await setup()
    const token = await issuer.token()
    const response = await post('oauth/introspect', { ...api, token })
    expect(response.status).toBe(200)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.body).toEqual({
      active: true,
      token_type: 'Bearer',
      client_id: 'messages-worker',
      ...decodeJwt(token),
    })
  })

  test('tells the claims of an opaque token', async () => {
    const { issuer, post, tokensFor } = await setup()
    const { access_token: token } = await tokensFor()
    const { iat, ...body } = (await post('oauth/introspect', { ...api, token })).body
    expect(body).toEqual({
      active: true,
      token_type: 'Bearer',
      client_id: 'messages-spa',
      iss: issuer.url,
      sub: 'auth0|ada',
      aud: `${issuer.url}userinfo`,
      exp: iat + 86400,
      scope: 'openid profile email',
      azp: 'messages-spa',
    })
  })

  test('tells nothing of a token that is not good', async () => {
    const { issuer, post, tokensFor } = await setup()
    const { id_token, access_token: revoked } = await tokensFor()
    await post('oauth/revoke', { ...spa, token: revoked })
    const expired = await issuer.token({ expiresInSeconds: -60 })
    const foreign = await issuer.token({ issuer: 'https://other.example/' })
    for (const token of [id_token, revoked, expired, foreign, 'nonsense']) {
      const response = await post('oauth/introspect', { ...api, token })
      expect(response.status).toBe(200)
      expect(response.body).toEqual({ active: false })
    }
  })

  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['a public client', spa],
    ['a wrong secret', { ...api, client_secret: 'x' }],
  ])('refuses %s', async (_, client) => {
    const { issuer, post } = await setup()
    const response = await post('oauth/introspect', { ...client, token: await issuer.token() })
    expect(response.status).toBe(401)
    expect(response.body).toEqual({ error: 'invalid_client', error_description: 'Unauthorized' })
  })

  test.each(['oauth/introspect', 'oauth/revoke'])('%s without a token is invalid_request', async (path) => {
    const { post } = await setup()
    const response = await post(path, api)
    expect(response.status).toBe(400)
    expect(response.body).toEqual({
      error: 'invalid_request',
      error_description: 'Missing required parameter: token',
    })
  })
})
