import { describe, expect, test } from 'vitest'
import { craft, craftedIssuer, craftKey, goodClaims } from '../craft.js'
import { advanceSeconds, setWallClock, stopClock } from '../issuer/clock.js'
import { answerOf, expired, otherAudience, tokenRefused, unavailable } from '../refused.js'
import { active, issuer, json, jwtOf, opaque, setup } from './scripted-server.js'

stopClock()

const admitted = { status: 200, challenge: undefined, body: { subject: 'auth0|ada' } }
const inactive = tokenRefused('token_inactive', 'The access token is not active')
const introspectionUnavailable = unavailable(
  'introspection_unavailable',
  'The authorization server cannot be asked about the token',
)

const setupJwts = (introspection: object = {}, options: object = {}) =>
  setup({ introspection: { jwts: true, ...introspection }, options })

/** The server answers about a JWT with what it holds itself. */
const sameToken = () => json(active({ jti: 'crafted-token' }))

describe('with jwts: true a JWT is verified here, then asked about', () => {
  test('and admitted when it is active, as the token says it', async () => {
    const { auth, asked, script } = setupJwts()
    script.answer = () => json(active({ scope: 'more' }))
    const token = jwtOf(goodClaims())
    const { scopes, header } = await auth.verify(token)
    expect([scopes, header.alg]).toEqual([['read:messages'], 'ES256'])
    expect(asked.map(({ form }) => form.get('token'))).toEqual([token])
  })

  test('once within maxAgeSeconds, whatever the verified-token cache holds', async () => {
    const { get, asked } = setupJwts({ maxAgeSeconds: 60 })
    const token = jwtOf(goodClaims())
    for (const seconds of [0, 59, 1, 59]) {
      advanceSeconds(seconds)
      expect(answerOf(await get(token))).toEqual(admitted)
    }
    expect(asked).toHaveLength(2)
  })

  test('at every request with maxAgeSeconds: 0', async () => {
    const { get, asked } = setupJwts({ maxAgeSeconds: 0 })
    const token = jwtOf(goodClaims())
    for (const _ of [1, 2, 3]) await get(token)
    expect(asked).toHaveLength(3)
  })

  test.each([
    ['with the cache', {}],
    ['without it', { cache: false }],
  ])('so that a revoked one ends within maxAgeSeconds, %s', async (_, options) => {
    const { get, script } = setupJwts({}, options)
    const token = jwtOf(goodClaims())
    expect(answerOf(await get(token))).toEqual(admitted)
    script.answer = () => json({ active: false })
    advanceSeconds(29)
    expect(answerOf(await get(token))).toEqual(admitted)
    advanceSeconds(1)
    expect(answerOf(await get(token))).toEqual(inactive)
    expect(answerOf(await get(token))).toEqual(inactive)
  })

  test('and a wall clock that is set back prolongs nothing', async () => {
    const { get, script } = setupJwts()
    const token = jwtOf(goodClaims())
    expect(answerOf(await get(token))).toEqual(admitted)
    script.answer = () => json({ active: false })
    setWallClock(-600)
    advanceSeconds(30)
    expect(answerOf(await get(token))).toEqual(inactive)
  })

  test('and an outage is 503, until the server answers again', async () => {
    const { get, script } = setupJwts()
    const [known, fresh] = [jwtOf(goodClaims()), jwtOf(goodClaims({ sub: undefined }))]
    expect((await get(known)).status).toBe(200)
    script.answer = () => json({}, 500)
    expect(answerOf(await get(fresh))).toEqual(introspectionUnavailable)
    expect(answerOf(await get(known))).toEqual(admitted) // asked about a moment ago
    advanceSeconds(30)
    expect(answerOf(await get(known))).toEqual(introspectionUnavailable)
    script.answer = sameToken
    expect(answerOf(await get(known))).toEqual(admitted)
  })

  test.each([
    ['expired', goodClaims({ exp: 1_700_000_000 }), expired],
    ['for another audience', goodClaims({ aud: 'other' }), otherAudience],
  ])('unless it is %s: then nobody is asked', async (_, claims, refusal) => {
    const { get, asked } = setupJwts()
    expect(answerOf(await get(jwtOf(claims)))).toEqual(refusal)
    expect(asked).toEqual([])
  })

  test('unless its signature is forged: then nobody is asked', async () => {
    const { get, asked } = setupJwts()
    const { privateKey } = craftKey('ec')
    const forged = craft({ header: { kid: 'server' }, key: privateKey, alg: 'ES256' })
    expect((await get(forged)).body.code).toBe('signature_invalid')
    expect(asked).toEqual([])
  })
})

describe('the answer about a JWT', () => {
  test.each([
    ['inactive', { active: false }],
    ['active with a text', active({ active: 'true' })],
    ['about another jti', active({ jti: 'another' })],
    ['about another sub', active({ sub: 'auth0|eve' })],
    ['about a sub that is no text', active({ sub: 1 })],
  ])('that is %s refuses it', async (_, answer) => {
    const { get, script } = setupJwts()
    script.answer = () => json(answer)
    expect(answerOf(await get(jwtOf(goodClaims())))).toEqual(inactive)
  })

  test.each([
    ['active alone', { active: true }],
    ['its jti and sub', active({ jti: 'crafted-token' })],
    ['null for both', active({ jti: null, sub: null })],
    ['no aud', active({ aud: undefined })],
  ])('with %s admits it', async (_, answer) => {
    const { get, script } = setupJwts()
    script.answer = () => json(answer)
    expect(answerOf(await get(jwtOf(goodClaims())))).toEqual(admitted)
  })
})

test('first JWTs at one time are verified with the given keys, and nothing is fetched', async () => {
  const { auth, asked } = setup()
  const tokens = Array.from({ length: 5 }, (_, index) => jwtOf(goodClaims({ sub: `user-${index}` })))
  const verified = await Promise.all(tokens.map((token) => auth.verify(token)))
  expect(verified.map(({ subject }) => subject)).toEqual(['user-0', 'user-1', 'user-2', 'user-3', 'user-4'])
  expect(asked).toEqual([])
})

describe('of several issuers', () => {
  const otherKey = craftKey('ec', {}, 'other')
  const other = {
    issuer: 'https://other.example/',
    jwks: { keys: [{ ...otherKey.jwk, alg: 'ES256' }] },
    algorithms: ['ES256' as const],
  }
  const tokenOfOther = craft({
    header: { kid: 'other' },
    claims: goodClaims({ iss: other.issuer }),
    key: otherKey.privateKey,
    alg: 'ES256',
  })

  test('only the one that introspection names is asked, about its own JWTs and opaque tokens', async () => {
    const { get, asked, script } = setupJwts({ issuer: craftedIssuer }, { issuer: [other, issuer] })
    expect(answerOf(await get(tokenOfOther))).toEqual(admitted)
    expect(asked).toEqual([])
    script.answer = () => json({ active: false })
    expect(answerOf(await get(jwtOf(goodClaims())))).toEqual(inactive)
    expect(answerOf(await get(opaque()))).toEqual(inactive)
    expect(asked).toHaveLength(2)
  })
})
