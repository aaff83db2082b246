import { describe, expect, test } from 'vitest'
import { advanceSeconds, stopClock, until } from './clock.js'
import { json, newKey, newRsaKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const { jwk } = newKey('twin')
const issuer = 'https://login.northwind.com/'
const jwksUri = `${issuer}.well-known/jwks.json`
const unfit = '; those it has are not fit to verify, or share their kid'
const asJson = { 'content-type': 'application/json' }

const bad: [string, () => Response, string][] = [
  [
    'is empty',
    () => json({ keys: [] }),
    `AnswerError: the key set of ${issuer} holds no usable key for ES256`,
  ],
  ['is no set', () => json({ key: jwk }), `AnswerError: the keys of ${issuer} are not a JWK Set`],
  ['is null', () => json(null), `AnswerError: the keys of ${issuer} are not a JWK Set`],
  ['is a list', () => json([jwk]), `AnswerError: the keys of ${issuer} are not a JWK Set`],
  [
    'holds no keys but text',
    () => json({ keys: ['a', null, 1] }),
    `AnswerError: the key set of ${issuer} holds no usable key for ES256`,
  ],
  [
    'holds keys for encryption only',
    () => json({ keys: [{ ...jwk, use: 'enc' }] }),
    `AnswerError: the key set of ${issuer} holds no usable key for ES256${unfit}`,
  ],
  [
    'holds two keys of one kid and no other',
    () => json({ keys: [jwk, newKey('twin').jwk] }),
    `AnswerError: the key set of ${issuer} holds no usable key for ES256${unfit}`,
  ],
  [
    'is no JSON',
    () => new Response('<html>', { headers: asJson }),
    `FetchError: ${jwksUri} did not answer with JSON`,
  ],
  [
    'is no UTF-8',
    () => new Response(new Uint8Array([0x22, 0xff, 0x22]), { headers: asJson }),
    `FetchError: ${jwksUri} did not answer with JSON`,
  ],
  [
    'has no body',
    () => new Response(null, { headers: asJson }),
    `FetchError: ${jwksUri} did not answer with JSON`,
  ],
  [
    'is HTML that happens to be JSON',
    () => new Response(JSON.stringify({ keys: [jwk] }), { headers: { 'content-type': 'text/html' } }),
    `FetchError: ${jwksUri} did not answer with JSON content`,
  ],
  [
    'has no content type',
    () => new Response(new TextEncoder().encode(JSON.stringify({ keys: [jwk] }))),
    `FetchError: ${jwksUri} did not answer with JSON content`,
  ],
  [
    'is oversized',
    () => json({ keys: [jwk], padding: 'x'.repeat(262_144) }),
    `FetchError: ${jwksUri} answered with more than 262144 bytes`,
  ],
  [
    'is an error',
    () => new Response('{}', { status: 503, headers: asJson }),
    `FetchError: ${jwksUri} answered with status 503`,
  ],
  [
    'is a redirect',
    () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } }),
    `FetchError: ${jwksUri} answered with a redirect, which is refused`,
  ],
]

describe.each(bad)('a key set that %s', (_, answer, failure) => {
  test('is a failed fetch at the start', async () => {
    const { get, key, script, ofType } = setupScripted()
    script.answer(jwksUri, answer)
    const response = await get(signedBy(key))
    expect(response.status).toBe(503)
    expect(response.headers['retry-after']).toBe('1')
    expect(String(ofType('keys_refresh_failed')[0]?.error)).toBe(failure)
  })

  test('never drops the former keys', async () => {
    const { get, key, script, ofType } = setupScripted()
    const remembered = signedBy(key)
    await get(remembered)
    script.answer(jwksUri, answer)
    advanceSeconds(600)
    await get(remembered)
    await until(() => ofType('keys_refresh_failed').length === 1)
    expect(ofType('keys_refresh_failed')[0]?.servingStale).toBe(true)
    expect((await get(remembered)).status).toBe(200)
    expect((await get(signedBy(key))).status).toBe(200)
  })
})

test('a key that must not be used does not spoil the set that holds it', async () => {
  const { get, key, script } = setupScripted()
  script.answer(jwksUri, () =>
    json({ keys: [{ ...jwk, d: 'AA' }, { kty: 'oct', k: 'AA' }, key.jwk, 'text'] }),
  )
  expect((await get(signedBy(key))).status).toBe(200)
})

test('a set of exactly maxBytes is taken', async () => {
  const { get, key, script } = setupScripted({ jwks: { maxBytes: 1000 } })
  const size = JSON.stringify({ keys: [key.jwk], padding: '' }).length
  script.answer(jwksUri, () => json({ keys: [key.jwk], padding: 'x'.repeat(1000 - size) }))
  expect((await get(signedBy(key))).status).toBe(200)
})

test.each(['application/json; charset=utf-8', 'application/jwk-set+json', 'APPLICATION/JSON'])(
  'a set of content type %s is taken',
  async (type) => {
    const { get, key, script } = setupScripted()
    script.answer(jwksUri, () => json({ keys: [key.jwk] }, { 'content-type': type }))
    expect((await get(signedBy(key))).status).toBe(200)
  },
)

describe('a token without kid', () => {
  const unnamed = (key: ReturnType<typeof newKey>) => signedBy({ ...key, jwk: { kty: 'EC' } })

  test('is admitted when a single key fits', async () => {
    const { get, key } = setupScripted()
    expect((await get(unnamed(key))).status).toBe(200)
  })

  test('is admitted when a single key of its algorithm fits beside one of another', async () => {
    const { get, key, script } = setupScripted({ algorithms: ['ES256', 'RS256'] })
    const other = newRsaKey()
    script.publish(other, key)
    for (const { privateKey, jwk: named } of [key, other]) {
      const { kid: _, ...jwk } = named
      expect((await get(signedBy({ privateKey, jwk }))).status).toBe(200)
    }
  })

  test('is refused when two keys fit: nobody guesses', async () => {
    const { get, key, script, ofType } = setupScripted()
    script.publish(key, newKey())
    const response = await get(unnamed(key))
    expect(response.status).toBe(401)
    expect(response.body.code).toBe('key_unknown')
    expect(ofType('refused')[0]?.details).toEqual({
      header: 'kid',
      expected: 'a key that the issuer publishes for this algorithm',
      received: 'no kid',
      unverified: true,
    })
  })

  test('is remembered through refreshes of a set whose key has no kid either', async () => {
    const { get, key, script, ofType } = setupScripted()
    const { kid: _, ...noKid } = key.jwk
    script.answer(jwksUri, () => json({ keys: [noKid] }))
    const remembered = unnamed(key)
    await get(remembered)
    advanceSeconds(600)
    await get(remembered)
    await until(() => ofType('keys_refreshed').length === 2)
    await get(remembered)
    expect(ofType('accepted').at(-1)?.source).toBe('cache')
  })
})
