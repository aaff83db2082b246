import { requireAuth, requireStepUp } from 'express-require-auth'
import { expect, test } from 'vitest'
import { messages } from './api.js'
import { craft, goodClaims } from './craft.js'
import { newKey, scriptIssuer, setupScripted, signedBy } from './issuer/scripted-issuer.js'

const caught = (promise: Promise<unknown>) => promise.then(undefined, (error) => error)

test('requests that share one refused verification get errors of their own', async () => {
  const { auth, key } = setupScripted({ dpop: {} })
  await auth.verify(signedBy(key))
  const token = signedBy(newKey())
  const evidence = { method: 'GET', url: 'https://api.example/', proof: 'a.b.c' }
  const [bearer, dpop] = await Promise.all([caught(auth.verify(token)), caught(auth.verify(token, evidence))])
  expect([bearer.code, dpop.code]).toEqual(['key_unknown', 'key_unknown'])
  expect(bearer).not.toBe(dpop)
  expect(bearer.headers['WWW-Authenticate']).toMatch(/^Bearer realm="api", error="invalid_token"/)
  expect(dpop.headers['WWW-Authenticate']).toMatch(/^Bearer realm="api", DPoP .*error="invalid_token"/)
  expect([bearer.details, dpop.details]).toEqual([bearer.details, bearer.details])
  expect([bearer, dpop].some((error) => Object.hasOwn(error, 'cause'))).toBe(false)
})

test('requests that share one failed fetch get errors of their own, with the reason', async () => {
  const script = scriptIssuer()
  const auth = requireAuth({
    issuer: script.url,
    audience: messages,
    algorithms: ['ES256'],
    fetch: script.fetch,
  })
  const [one, other] = await Promise.all([1, 2].map(() => caught(auth.verify(signedBy(newKey())))))
  expect([one.code, other.code]).toEqual(['keys_unavailable', 'keys_unavailable'])
  expect(one).not.toBe(other)
  expect(one.headers).not.toBe(other.headers)
  expect([one.headers, one.cause]).toEqual([other.headers, other.cause])
})

test('an issuer function that returns what it was called with cannot be made to fault by a token', async () => {
  const auth = requireAuth({ issuer: (iss) => iss, audience: messages, algorithms: ['ES256'] })
  for (const iss of ['https://a.example/?x', 'https://a.example:99999/', 'https://a.example/{a}', 'a b'])
    expect(await caught(auth.verify(signedBy(newKey(), { iss })))).toMatchObject({ code: 'issuer_unknown' })
})

test.each([
  ['in milliseconds', Date.now()],
  ['without end', Number.MAX_VALUE],
])('a log-in %s is not recent (RFC 9470 §6.1)', async (_, time) => {
  const { get, key } = setupScripted({}, { after: [requireStepUp({ maxAgeSeconds: 60 })] })
  expect((await get(signedBy(key, { auth_time: time }))).body.code).toBe('insufficient_user_authentication')
})

test.each([['a typ of the issuer’s own', { tokenTypes: ['foo'] }, 'type_not_allowed']])(
  'the profile of RFC 9068 is not given up for %s',
  async (_, settings, code) => {
    const script = scriptIssuer()
    const key = newKey()
    script.up(key)
    const token = craft({
      key: key.privateKey,
      alg: 'ES256',
      header: { kid: key.jwk.kid, typ: 'foo' },
      claims: goodClaims(),
    })
    const issuer = { issuer: script.url, ...settings }
    const shared = { audience: messages, algorithms: ['ES256'] as const, fetch: script.fetch }
    expect(await caught(requireAuth({ issuer, ...shared, profile: 'rfc9068' }).verify(token))).toMatchObject({
      code,
    })
    await expect(requireAuth({ issuer, ...shared }).verify(token)).resolves.toMatchObject({
      subject: 'auth0|ada',
    })
  },
)

test.each([
  [
    { profile: 'rfc9068', audience: { claim: 'client_id', values: 'a' } },
    'audience by the claim client_id contradicts profile rfc9068',
  ],
  [{ dpop: { required: true }, tokenFrom: ['query'] }, "tokenFrom must have 'header' where dpop is required"],
  [{ dpop: { nonce: 'hunter2' } }, 'dpop.nonce must be an object'],
  [{ introspection: 'hunter2' }, 'introspection must be an object'],
])('%j is contradictory or wrong, and no secret of it is shown', (options, words) => {
  const make = () => requireAuth({ issuer: 'a.example', audience: 'a', ...options } as never)
  expect(make).toThrow(words)
  expect(make).not.toThrow(/hunter2/)
})
