import {
  type IntrospectionOptions,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'
import { describe, expect, test } from 'vitest'
import { craftedIssuer, craftKey, goodClaims } from '../craft.js'
import { frameworks } from '../frameworks.js'
import {
  answerOf,
  badClaim,
  challenge,
  expired,
  forbidden,
  malformed,
  malformedCredentials,
  notYetValid,
  otherAudience,
  otherType,
  tokenRefused,
  unavailable,
  unknownIssuer,
} from '../refused.js'
import { messages } from '../setup.js'
import { active, endpoint, json, jwtOf, metadataUrl, opaque, setup } from './scripted-server.js'

const inactive = tokenRefused('token_inactive', 'The access token is not active')
const introspectionUnavailable = unavailable(
  'introspection_unavailable',
  'The authorization server cannot be asked about the token',
)
const unsupportedBinding = tokenRefused(
  'binding_unsupported',
  'The access token is bound in a way this API does not support',
)
const admitted = { status: 200, challenge: undefined, body: { subject: 'auth0|ada' } }
const now = () => Math.floor(Date.now() / 1000)

describe.each(frameworks)('%s', (_, framework) => {
  test('an active opaque token is admitted, and its scopes are checked', async () => {
    const mounting = { framework, after: [requireScopes('read:messages')] }
    const { get, script } = setup({ mounting })
    expect(answerOf(await get(opaque()))).toEqual(admitted)
    script.answer = () => json(active({ scope: 'other' }))
    expect(answerOf(await get(opaque()))).toEqual(
      forbidden('insufficient_scope', 'The access token lacks a required scope', ', scope="read:messages"'),
    )
  })

  test('a token that is not active is refused as invalid_token (RFC 7662 §2.2)', async () => {
    const { get, script } = setup({ mounting: { framework } })
    script.answer = () => json({ active: false })
    expect(answerOf(await get(opaque()))).toEqual(inactive)
  })

  test('credentials of ours that are rejected are not the client’s fault: 503 (RFC 7662 §2.3)', async () => {
    const { get, script } = setup({ mounting: { framework } })
    script.answer = () => json({ error: 'invalid_client' }, 401, { 'www-authenticate': 'Basic' })
    const response = await get(opaque())
    expect(answerOf(response)).toEqual(introspectionUnavailable)
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('the question', () => {
  test('is a POST of a form with the token and its kind (RFC 7662 §2.1)', async () => {
    const { get, asked } = setup()
    const token = opaque()
    await get(token)
    expect(asked).toHaveLength(1)
    const [question] = asked
    expect([question?.url, question?.method, question?.redirect]).toEqual([endpoint, 'POST', 'manual'])
    expect(Object.fromEntries(question?.form ?? [])).toEqual({ token, token_type_hint: 'access_token' })
    expect(question?.headers.get('accept')).toBe('application/json')
  })

  test('does not put the token into the URL (RFC 7662 §4)', async () => {
    const { get, asked } = setup()
    const token = opaque()
    await get(token)
    for (const { url } of asked) expect(url).not.toContain(token)
  })

  test('goes to the endpoint that discovery tells, which is asked once', async () => {
    const { get, asked } = setup({ introspection: { endpoint: undefined } as never })
    await get(opaque())
    await get(opaque())
    expect(asked.map(({ url }) => url)).toEqual([metadataUrl, endpoint, endpoint])
  })

  test.each([
    ['no endpoint', { issuer: craftedIssuer }],
    [
      'an endpoint without TLS',
      { issuer: craftedIssuer, introspection_endpoint: 'http://login.northwind.com/i' },
    ],
    ['another issuer', { issuer: 'https://evil.example/', introspection_endpoint: endpoint }],
  ])('is not asked where metadata has %s (RFC 7662 §4, RFC 8414 §3.3)', async (_, metadata) => {
    const { get, asked, script } = setup({ introspection: { endpoint: undefined } as never })
    script.metadata = () => json(metadata)
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
    expect(asked.map(({ url }) => url)).toEqual([metadataUrl])
  })

  test('is asked of the one issuer it is configured for, whatever others there are (RFC 7662 §4)', async () => {
    const others = ['https://other.example/', 'https://third.example/']
    const { get, asked } = setup({
      introspection: { issuer: 'https://other.example/', endpoint: 'https://other.example/i' },
      options: { issuer: [craftedIssuer, ...others] },
    })
    expect(answerOf(await get(opaque()))).toEqual(unknownIssuer) // the answer names the first one
    expect(asked.map(({ url }) => url)).toEqual(['https://other.example/i'])
  })

  test('is not asked about JWTs: they are verified here', async () => {
    const { get, asked } = setup()
    expect(answerOf(await get(jwtOf(goodClaims())))).toEqual(admitted)
    expect(answerOf(await get(jwtOf(goodClaims({ exp: now() - 60 }))))).toEqual(expired)
    expect(answerOf(await get('eyJhbGciOiJFUzI1NiJ9.b.c'))).toEqual(malformed)
    expect(asked).toEqual([])
  })

  test.each([
    'opaque',
    'two.parts',
    'a.b.c',
    'mF_9.B5f-4.1JqM', // the token of RFC 6750
    'v4.public.eyJzdWIiOiJhZGEifQ',
    'eyJ0eXAiOiJKV1QifQ.e30.c2ln', // an object without alg
    'WyJhbGciXQ.e30.c2ln', // a list
    'bnVsbA.e30.c2ln', // null
    'eyJhbGciOiJFUzI1NiJ9.e30.', // no signature
    'a.b.c.d',
    'v4.public.eyJzdWIiOiJhZGEifQ.footer',
    'a.b.c.d.e',
    '..',
    'a+/~-._==',
  ])('is asked about %s, which is no JWT (RFC 6750 §2.1)', async (token) => {
    const { get, asked } = setup()
    expect(answerOf(await get(token))).toEqual(admitted)
    expect(asked.map(({ form }) => form.get('token'))).toEqual([token])
  })

  test('is not asked about credentials of a wrong form', async () => {
    const { auth, get, asked } = setup()
    expect(answerOf(await get('a=b'))).toEqual(malformedCredentials)
    await expect(auth.verify('a'.repeat(16_385))).rejects.toMatchObject({ code: 'token_too_large' })
    expect(asked).toEqual([])
  })

  test('is never asked while introspection is off', async () => {
    const { get, asked } = setup({ options: { introspection: undefined } as never })
    expect(answerOf(await get(opaque()))).toEqual(malformed)
    expect(asked).toEqual([])
  })
})

describe('the answer', () => {
  test.each([
    ['absent', undefined],
    ['the text "true"', 'true'],
    ['1', 1],
    ['null', null],
    ['a list', [true]],
  ])('active must be true: %s is refused (RFC 7662 §2.2)', async (_, value) => {
    const { get, script } = setup()
    script.answer = () => json(active({ active: value }))
    expect(answerOf(await get(opaque()))).toEqual(inactive)
  })

  test.each([
    ['exp that is past', { exp: 1_700_000_000 }, expired],
    ['nbf that is to come', { nbf: 4_000_000_000 }, notYetValid],
    ['iat that is to come', { iat: 4_000_000_000 }, notYetValid],
    ['iss of another issuer', { iss: 'https://evil.example/' }, unknownIssuer],
    ['iss without its slash', { iss: craftedIssuer.slice(0, -1) }, unknownIssuer],
    ['aud of another API', { aud: 'https://other.example' }, otherAudience],
    ['no aud', { aud: undefined }, otherAudience],
    ['exp that is a text', { exp: '4000000000' }, badClaim],
    ['scope that is a list of numbers', { scope: [1] }, badClaim],
    ['sub that is a number', { sub: 1 }, badClaim],
    ['cnf of a key, while DPoP is off', { cnf: { jkt: 'x' } }, unsupportedBinding],
    ['cnf of a certificate, while mTLS is off', { cnf: { 'x5t#S256': 'x' } }, unsupportedBinding],
    ['token_type DPoP without a key', { token_type: 'DPoP' }, badClaim],
    ['token_type of another kind', { token_type: 'refresh_token' }, otherType],
    ['typ of a refresh token', { typ: 'Refresh' }, otherType],
    ['typ of an ID token', { typ: 'ID' }, otherType],
    ['typ of a logout token', { typ: 'Logout' }, otherType],
    ['typ of an offline token', { typ: 'Offline' }, otherType],
    ['token_use of a refresh token', { token_use: 'refresh_token' }, otherType],
    ['token_use of an ID token', { token_use: 'id' }, otherType],
    ['token_use that is no text', { token_use: ['access'] }, otherType],
    ['token_type of an ID token', { token_type: 'ID' }, otherType],
    ['token_type MAC, which no bearer token has', { token_type: 'MAC' }, otherType],
    ['token_type N_A, of no token to be sent', { token_type: 'N_A' }, otherType],
  ])('%s is heeded (RFC 7662 §2.2)', async (_, changes, refusal) => {
    const { get, script } = setup()
    script.answer = () => json(active(changes))
    expect(answerOf(await get(opaque()))).toEqual(refusal)
  })

  test('that is refused has details, when it is remembered too', async () => {
    const { auth, script } = setup()
    script.answer = () => json(active({ token_type: 'refresh_token' }))
    const details = {
      claim: 'token_type',
      expected: 'the mark of an access token',
      received: 'refresh_token',
      unverified: true,
      hint: 'send the access token, not the ID or refresh token',
    }
    const token = opaque()
    for (const _ of [1, 2])
      await expect(auth.verify(token)).rejects.toMatchObject({ code: 'type_not_allowed', details })
  })

  test.each([
    ['aud that is a list', { aud: ['https://other.example', messages] }],
    ['no iss', { iss: undefined }],
    ['no exp', { exp: undefined }],
    ['no token_type', { token_type: undefined }],
    ['token_type of another case', { token_type: 'bearer' }],
    ['token_type null', { token_type: null }],
    ['marks of an access token', { typ: 'Bearer', token_use: 'access_token' }],
    ['the mark that Cognito writes', { token_use: 'access' }],
  ])('%s is admitted', async (_, changes) => {
    const { get, script } = setup()
    script.answer = () => json(active(changes))
    expect(answerOf(await get(opaque()))).toEqual(admitted)
  })

  test.each([
    ['scope', { scope: ['read:messages', 'other'] }],
    ['scp', { scope: undefined, scp: ['read:messages'] }],
  ])('may list its scopes: %s', async (_, changes) => {
    const { get, script } = setup({ mounting: { after: [requireScopes('read:messages')] } })
    script.answer = () => json(active(changes))
    expect(answerOf(await get(opaque()))).toEqual(admitted)
  })

  test('becomes req.auth', async () => {
    const { auth, script } = setup()
    const token = opaque()
    const answer = active({ username: 'ada', permissions: ['p'], acr: 'mfa' })
    script.answer = () => json(answer)
    const verified = await auth.verify(token)
    const { active: _, ...claims } = answer
    expect(verified).toEqual({
      token,
      scheme: 'Bearer',
      header: {},
      claims,
      scopes: ['read:messages'],
      permissions: ['p'],
      issuer: craftedIssuer,
      subject: 'auth0|ada',
      clientId: 'messages-web',
      audience: [messages],
      expiresAt: answer.exp,
    })
    expect(Object.isFrozen(verified.claims)).toBe(true)
  })

  test('tells of the log-in, for a step-up (RFC 9470 §6.2)', async () => {
    const stepUp = requireStepUp({ acrValues: 'mfa', maxAgeSeconds: 60 })
    const { get, script } = setup({ mounting: { after: [stepUp] } })
    script.answer = () => json(active({ acr: 'mfa', auth_time: now() }))
    expect(answerOf(await get(opaque()))).toEqual(admitted)
    script.answer = () => json(active({ acr: 'mfa' }))
    const { status, headers } = await get(opaque())
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      challenge(
        'insufficient_user_authentication',
        'A more recent or stronger authentication is required',
        ', acr_values="mfa", max_age="60"',
      ),
    ])
  })

  test('without exp is good until the next question, and says so', async () => {
    const { auth, script } = setup({ introspection: { maxAgeSeconds: 30 } })
    script.answer = () => json(active({ exp: undefined }))
    const { expiresAt } = await auth.verify(opaque())
    expect(expiresAt - now()).toBeGreaterThanOrEqual(29)
    expect(expiresAt - now()).toBeLessThanOrEqual(31)
  })

  test('is held to maxTokenAgeSeconds too, and not to the profile for JWTs', async () => {
    const { get, script } = setup({ options: { maxTokenAgeSeconds: 60, profile: 'rfc9068' } })
    script.answer = () => json(active({ iat: now() - 120 }))
    expect(answerOf(await get(opaque()))).toEqual(
      tokenRefused('token_too_old', 'The access token is too old'),
    )
    script.answer = () => json(active())
    expect(answerOf(await get(opaque()))).toEqual(admitted)
  })

  test('is asked of isRevoked, at every request', async () => {
    let revoked = false
    const { get } = setup({ options: { isRevoked: () => revoked } })
    const token = opaque()
    expect(answerOf(await get(token))).toEqual(admitted)
    revoked = true
    expect(answerOf(await get(token))).toEqual(tokenRefused('token_revoked', 'The access token was revoked'))
  })

  test('is bound to the host it is for', async () => {
    const { get } = setup({ options: { bindIssuerToHost: true } })
    expect(answerOf(await get(opaque()))).toEqual(
      tokenRefused('issuer_host_mismatch', 'The access token is from another domain than the one called'),
    )
  })

  test('is told to listeners with its source, and without the token', async () => {
    const { get, events } = setup()
    const token = opaque()
    await get(token)
    await get(token)
    expect(events).toEqual([
      { type: 'accepted', issuer: craftedIssuer, source: 'introspection', seconds: expect.any(Number) },
      { type: 'accepted', issuer: craftedIssuer, source: 'cache', seconds: expect.any(Number) },
    ])
    expect(JSON.stringify(events)).not.toContain(token)
  })
})

describe('ready()', () => {
  test('finds out where to ask', async () => {
    const { auth, asked } = setup({ introspection: { endpoint: undefined } as never })
    await auth.ready()
    expect(new Set(asked.map(({ url }) => url))).toEqual(new Set([metadataUrl])) // once more for the keys
    asked.length = 0
    await auth.verify(opaque())
    expect(asked.map(({ url }) => url)).toEqual([endpoint])
  })

  test('rejects with the reason', async () => {
    const { auth, script } = setup({ introspection: { endpoint: undefined } as never })
    script.metadata = () => json({ issuer: craftedIssuer })
    await expect(auth.ready()).rejects.toMatchObject({
      code: 'introspection_unavailable',
      message: `the metadata of ${craftedIssuer} has no safe introspection_endpoint`,
    })
  })
})

describe('a wrong option is named', () => {
  const client = { clientId: 'a', clientSecret: 'b' }
  const publicKey = { kty: 'EC', crv: 'P-256', alg: 'ES256', x: 'a', y: 'b' }
  const privateKey = { ...craftKey('ec').privateKey.export({ format: 'jwk' }), alg: 'ES256' }
  const make = (introspection: unknown, options: Partial<RequireAuthOptions> = {}) =>
    requireAuth({
      issuer: craftedIssuer,
      audience: messages,
      introspection: introspection as IntrospectionOptions,
      ...options,
    })

  test.each([
    ['introspection', true],
    ['introspection', []],
    ['introspection', { ...client, secret: 'x' }],
    ['introspection.clientId', { clientSecret: 'b' }],
    ['introspection.clientId', { ...client, clientId: '' }],
    ['clientSecret and privateKey', { clientId: 'a' }],
    ['clientSecret and privateKey', { ...client, privateKey }],
    ['introspection.clientSecret', { ...client, clientSecret: '' }],
    ['introspection.privateKey', { clientId: 'a', privateKey: publicKey }],
    ['introspection.privateKey', { clientId: 'a', privateKey: 'PEM' }],
    ['introspection.authMethod', { ...client, authMethod: 'private_key_jwt' }],
    ['introspection.authMethod', { ...client, authMethod: 'none' }],
    ['introspection.authMethod', { clientId: 'a', privateKey, authMethod: 'client_secret_basic' }],
    ['introspection.endpoint', { ...client, endpoint: 'http://login.northwind.com/i' }],
    ['introspection.endpoint', { ...client, endpoint: '/i' }],
    ['introspection.maxAgeSeconds', { ...client, maxAgeSeconds: -1 }],
    ['introspection.timeoutSeconds', { ...client, timeoutSeconds: 0 }],
    ['introspection.signedResponse', { ...client, signedResponse: 'yes' }],
    ['introspection.issuer', { ...client, issuer: 'https://other.example/' }],
  ])('%s in %o', (name, introspection) => {
    expect(() => make(introspection)).toThrow(TypeError)
    expect(() => make(introspection)).toThrow(name)
  })

  test('several issuers need to be told apart, and a function names none in time', () => {
    const issuers = { issuer: [craftedIssuer, 'https://other.example/'] }
    expect(() => make(client, issuers)).toThrow(/^introspection.issuer must be one of the configured issuers/)
    expect(() => make({ ...client, issuer: 'other.example' }, issuers)).not.toThrow()
    expect(() => make(client, { issuer: () => craftedIssuer })).toThrow(/^introspection.issuer/)
  })

  test('a secret is not repeated', () => {
    expect(() => make({ clientId: 'a', clientSecret: 5 })).toThrow(/^((?!5).)*$/)
    const endpoint = 'https://api:hidden@login.northwind.com/i'
    expect(() => make({ clientId: 'a', clientSecret: 'b', endpoint })).toThrow(
      'introspection.endpoint must be an https URL (http only for loopback hosts and httpHosts), got "https://...@login.northwind.com/i"',
    )
    expect(() => make([{ clientId: 'a', clientSecret: 'hidden' }])).toThrow(/^((?!hidden).)*$/)
    expect(() => make({ clientId: 'a', privateKey: { ...publicKey, d: 'hidden' } })).toThrow(
      /^((?!hidden).)*$/,
    )
  })
})
