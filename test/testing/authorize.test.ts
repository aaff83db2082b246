import { northwind } from 'express-require-auth/testing'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openBrowser, redirectedWith, redirectUri, spaRequest } from './browser.js'
import { messages, startedIssuer } from './started-issuer.js'

async function setup(options = {}) {
  const issuer = await startedIssuer(options)
  return { issuer, ...openBrowser(issuer.url) }
}

function without(name: keyof typeof spaRequest) {
  const { [name]: _, ...rest } = spaRequest
  return rest as Record<string, string>
}

describe('the log-in page', () => {
  test('has a button for each user and cannot be framed', async () => {
    const { authorize } = await setup()
    const response = await authorize(spaRequest)
    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'nonce-[\w-]+'; script-src 'nonce-[\w-]+'; img-src data:; form-action 'self' http:\/\/localhost:3000; frame-ancestors 'none'; base-uri 'none'$/,
    )
    expect(response.text).toContain('<html lang="en">')
    expect(response.text).toContain(
      '<button name="user" value="auth0|ada"><strong>Ada</strong> ada@northwind.com</button>',
    )
    expect(response.text).toContain('a development and test tool')
  })

  test('shows settings as text, never as markup', async () => {
    const user = { userId: '"><script>1</script>', name: "<b>O'Neil</b>", email: 'a&b' }
    const { authorize } = await setup({ tenant: { ...northwind, users: [user] } })
    const { text } = await authorize(spaRequest)
    expect(text).toContain(
      '<button name="user" value="&quot;&gt;&lt;script&gt;1&lt;/script&gt;"><strong>&lt;b&gt;O&#39;Neil&lt;/b&gt;</strong> a&amp;b</button>',
    )
  })

  test('sends the user back with a code and the state', async () => {
    const { logIn } = await setup()
    const response = await logIn(spaRequest)
    expect(response.status).toBe(303)
    expect(response.headers.location).toMatch(
      /^http:\/\/localhost:3000\/callback\?code=[\w-]{43}&state=the\+state$/,
    )
  })

  test('keeps the session in a cookie that scripts cannot read', async () => {
    const { issuer, logIn } = await setup()
    const response = await logIn(spaRequest)
    const [cookie] = response.get('Set-Cookie') ?? []
    expect(cookie).toMatch(
      new RegExp(
        `^test_issuer_${new URL(issuer.url).port}=[\\w-]{43}; Max-Age=259200; Path=/; .*HttpOnly; SameSite=Lax$`,
      ),
    )
  })

  test('serves once', async () => {
    const { authorize, agent } = await setup()
    const login = /name="login" value="([^"]+)"/.exec((await authorize(spaRequest)).text)?.[1]
    const press = () => agent.post('u/login').type('form').send({ login, user: 'auth0|ada' })
    expect((await press()).status).toBe(303)
    const again = await press()
    expect(again.status).toBe(400)
    expect(again.text).toContain('<p>invalid_request: The log-in is over: begin anew</p>')
  })

  test('refuses a user that the tenant does not have', async () => {
    const { logIn } = await setup()
    const response = await logIn(spaRequest, 'auth0|mallory')
    expect(response.status).toBe(400)
    expect(response.text).toContain('<p>invalid_request: Unknown user</p>')
  })
})

describe('a session', () => {
  test('lets the next request through without a page', async () => {
    const { logIn, authorize } = await setup()
    await logIn(spaRequest)
    const response = await authorize({ ...spaRequest, prompt: 'none' })
    expect(response.status).toBe(303)
    expect(redirectedWith(response)).toEqual({ code: expect.any(String), state: 'the state' })
  })

  test('does not spare the page when the client asks for it by prompt=login', async () => {
    const { logIn, authorize } = await setup()
    await logIn(spaRequest)
    expect((await authorize({ ...spaRequest, prompt: 'login' })).status).toBe(200)
  })

  test('does not spare the page when it is older than max_age', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { logIn, authorize } = await setup()
    await logIn(spaRequest)
    expect((await authorize({ ...spaRequest, max_age: '60' })).status).toBe(303)
    vi.setSystemTime(Date.now() + 62_000)
    expect((await authorize({ ...spaRequest, max_age: '60' })).status).toBe(200)
  })

  test('is missed as login_required by prompt=none', async () => {
    const { authorize } = await setup()
    const response = await authorize({ ...spaRequest, prompt: 'none' })
    expect(redirectedWith(response)).toEqual({
      error: 'login_required',
      error_description: 'Login required',
      state: 'the state',
    })
  })

  test('ends by log-out, which returns to a registered address', async () => {
    const { logIn, authorize, agent } = await setup()
    await logIn(spaRequest)
    const returnTo = 'http://localhost:3000'
    const response = await agent.get('v2/logout').query({ client_id: 'messages-spa', returnTo })
    expect(response.status).toBe(302)
    expect(response.headers.location).toBe(returnTo)
    expect(redirectedWith(await authorize({ ...spaRequest, prompt: 'none' })).error).toBe('login_required')
  })

  test('ends by log-out without an address', async () => {
    const { issuer } = await setup()
    const response = await supertest(issuer.url).get('v2/logout')
    expect(response.status).toBe(200)
    expect(response.text).toContain('<p>You are logged out.</p>')
  })

  test.each([
    { client_id: 'messages-spa', returnTo: 'https://evil.example' },
    { client_id: 'nobody', returnTo: 'http://localhost:3000' },
    { returnTo: 'http://localhost:3000' },
  ])('is not ended by a log-out to an address that is not registered: %o', async (parameters) => {
    const { issuer } = await setup()
    const response = await supertest(issuer.url).get('v2/logout').query(parameters)
    expect(response.status).toBe(400)
    expect(response.headers.location).toBeUndefined()
  })
})

describe('response_mode=web_message', () => {
  const silent = { ...spaRequest, prompt: 'none', response_mode: 'web_message' }

  test("posts the code to the client's origin alone", async () => {
    const { logIn, authorize } = await setup()
    await logIn(spaRequest)
    const response = await authorize({ ...silent, redirect_uri: 'http://localhost:3000' })
    expect(response.status).toBe(200)
    expect(response.headers['content-security-policy']).toContain('frame-ancestors http://localhost:3000;')
    expect(response.text).toMatch(
      /postMessage\(\{"type":"authorization_response","response":\{"code":"[\w-]{43}","state":"the state"\}\}, "http:\/\/localhost:3000"\)/,
    )
  })

  test('posts errors', async () => {
    const { authorize } = await setup()
    const response = await authorize({ ...silent, state: '</script><script>' })
    expect(response.text).toContain(
      '{"error":"login_required","error_description":"Login required","state":"\\u003c/script>\\u003cscript>"}',
    )
  })
})

describe('an error that must not be redirected', () => {
  test.each([
    ['Missing required parameter: client_id', without('client_id')],
    ['Unknown client', { ...spaRequest, client_id: 'nobody' }],
    ['Missing required parameter: redirect_uri', without('redirect_uri')],
    ['Callback URL mismatch', { ...spaRequest, redirect_uri: 'https://evil.example' }],
    ['Callback URL mismatch', { ...spaRequest, redirect_uri: `${redirectUri}/` }],
    [
      'Callback URL mismatch',
      { ...spaRequest, redirect_uri: 'https://evil.example', response_mode: 'web_message' },
    ],
    ['A parameter is repeated', { ...spaRequest, state: ['1', '2'] as unknown as string }],
  ])('is shown on a page: %s', async (message, parameters) => {
    const { authorize } = await setup()
    const response = await authorize(parameters)
    expect(response.status).toBe(400)
    expect(response.headers.location).toBeUndefined()
    expect(response.text).toContain(`<p>invalid_request: ${message}</p>`)
  })
})

describe('an error that is redirected', () => {
  test.each([
    ['invalid_request', 'Missing required parameter: response_type', without('response_type')],
    [
      'unsupported_response_type',
      'Unsupported response type: token',
      { ...spaRequest, response_type: 'token' },
    ],
    ['invalid_request', 'Unsupported response mode', { ...spaRequest, response_mode: 'fragment' }],
    ['invalid_request', 'Missing required parameter: code_challenge', without('code_challenge')],
    ['invalid_request', 'code_challenge_method must be S256', without('code_challenge_method')],
    [
      'invalid_request',
      'code_challenge_method must be S256',
      { ...spaRequest, code_challenge_method: 'plain' },
    ],
    [
      'invalid_request',
      'code_challenge must be a SHA-256 in base64url',
      { ...spaRequest, code_challenge: 'short' },
    ],
    ['invalid_request', 'prompt none stands alone', { ...spaRequest, prompt: 'none login' }],
    ['invalid_request', 'max_age must be a number of seconds', { ...spaRequest, max_age: '-1' }],
    [
      'access_denied',
      'Service not found: https://other.example',
      { ...spaRequest, audience: 'https://other.example' },
    ],
    ['invalid_request', 'parameter organization is invalid: org_x', { ...spaRequest, organization: 'org_x' }],
  ])('is %s: %s', async (error, error_description, parameters) => {
    const { authorize } = await setup()
    const response = await authorize(parameters)
    expect(response.status).toBe(303)
    expect(redirectedWith(response)).toEqual({ error, error_description, state: 'the state' })
  })

  test('is access_denied for an API that the client may not use', async () => {
    const { apis: _, ...client } = northwind.clients[2]
    const { authorize } = await setup({ tenant: { ...northwind, clients: [client] } })
    expect(redirectedWith(await authorize({ ...spaRequest, audience: messages }))).toEqual({
      error: 'access_denied',
      error_description: `Client "messages-spa" is not authorized to access resource server "${messages}"`,
      state: 'the state',
    })
  })

  test('is invalid_request when the client needs an organization', async () => {
    const client = { ...northwind.clients[2], organizationRequired: true }
    const { authorize } = await setup({ tenant: { ...northwind, clients: [client] } })
    expect(redirectedWith(await authorize(spaRequest)).error_description).toBe(
      'parameter organization is required for this client',
    )
  })

  test('is unauthorized_client when the client may not use the grant', async () => {
    const client = { ...northwind.clients[2], grants: [] }
    const { authorize } = await setup({ tenant: { ...northwind, clients: [client] } })
    expect(redirectedWith(await authorize(spaRequest)).error).toBe('unauthorized_client')
  })

  test('is access_denied when the user is not a member of the organization', async () => {
    const { logIn } = await setup()
    const response = await logIn({ ...spaRequest, organization: 'northwind' }, 'auth0|grace')
    expect(redirectedWith(response)).toEqual({
      error: 'access_denied',
      error_description: 'user auth0|grace is not part of the org_northwind organization',
      state: 'the state',
    })
  })
})
