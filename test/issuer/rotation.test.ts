import { describe, expect, test } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'
import { setup } from '../setup.js'
import { advanceSeconds, isOpen, stopClock, until } from './clock.js'
import { newKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const unknownKey =
  'Bearer realm="api", error="invalid_token", error_description="The access token is signed with an unknown key"'

describe('a rotated key', () => {
  test('is accepted at its first use', async () => {
    const { issuer, get } = await setup()
    expect((await get(await issuer.token())).status).toBe(200)
    await issuer.rotateKeys({ signingKey: readyKey() })
    expect((await get(await issuer.token())).status).toBe(200)
  })

  test('is accepted at 50 first uses at once, for one fetch', async () => {
    const { issuer, get } = await setup()
    await get(await issuer.token())
    await issuer.rotateKeys({ signingKey: readyKey() })
    const { jwks } = issuer.requests
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, n) => issuer.token({ claims: { n } })))
    const answers = await Promise.all(tokens.map((token) => get(token)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(issuer.requests.jwks).toBe(jwks + 1)
  })

  test('is accepted at 50 first uses within one turn of the event loop', async () => {
    const { auth, key, script } = setupScripted()
    await auth.verify(signedBy(key))
    const rotated = newKey()
    script.publish(key, rotated)
    const verdicts = Array.from({ length: 50 }, () => auth.verify(signedBy(rotated)))
    expect(await Promise.all(verdicts)).toHaveLength(50)
    expect(script.count(script.jwksUri)).toBe(2)
  })

  test.each([
    ['ahead of the age of the keys', 500],
    ['past it', 700],
  ])('is accepted though a refresh that began before it was published lacks it, %s', async (_, seconds) => {
    const { auth, get, key, script } = setupScripted()
    await get(signedBy(key))
    advanceSeconds(seconds)
    const rotated = newKey()
    let release = () => {}
    const former = { keys: [key.jwk] }
    const held = new Promise<Response>((resolve) => {
      release = () => resolve(Response.json(former))
    })
    script.answer(script.jwksUri, () => held)
    auth.verify(signedBy(key))
    await until(() => script.count(script.jwksUri) === 2)
    script.publish(key, rotated)
    const verdict = auth.verify(signedBy(rotated))
    expect(await isOpen(verdict)).toBe(true)
    release()
    await expect(verdict).resolves.toMatchObject({ subject: 'auth0|ada' })
  })

  test('is accepted right after an outage in which it was asked for', async () => {
    const { get, key, script } = setupScripted()
    await get(signedBy(key))
    const rotated = newKey()
    script.down()
    expect((await get(signedBy(rotated))).status).toBe(503)
    script.up(rotated)
    advanceSeconds(1)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })

  test('is accepted though a fetch for an unknown kid failed less than a cooldown ago', async () => {
    const { get, key, script, ofType } = setupScripted({ jwks: { maxAgeSeconds: 2, cooldownSeconds: 10 } })
    await get(signedBy(key))
    script.down()
    await get(signedBy(newKey()))
    script.up(key)
    advanceSeconds(3)
    await get(signedBy(key))
    await until(() => ofType('keys_refreshed').length === 2)
    const rotated = newKey()
    script.up(rotated)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })

  test('is never refused while refreshes fail, cooldown or not', async () => {
    const { get, key, script, ofType } = setupScripted({ jwks: { maxAgeSeconds: 2, cooldownSeconds: 10 } })
    await get(signedBy(key))
    await get(signedBy(newKey()))
    script.down()
    advanceSeconds(2)
    await get(signedBy(key))
    await until(() => ofType('keys_refresh_failed').length === 1)
    const rotated = newKey()
    expect((await get(signedBy(rotated))).status).toBe(503)
    script.up(rotated)
    advanceSeconds(1)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })

  test('is accepted when a set that lacked it was fetched a cooldown ago for another', async () => {
    const { get, key, script } = setupScripted()
    await get(signedBy(key))
    await get(signedBy(newKey()))
    const rotated = newKey()
    script.publish(key, rotated)
    advanceSeconds(10)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })
})

describe('an unknown kid', () => {
  test('is refused after the set was fetched for it', async () => {
    const { get, key, script } = setupScripted()
    await get(signedBy(key))
    const response = await get(signedBy(newKey()))
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(unknownKey)
    expect(script.count(script.jwksUri)).toBe(2)
  })

  test('is refused at a cold start for the fetch that every first request makes', async () => {
    const { get, script } = setupScripted()
    expect((await get(signedBy(newKey()))).status).toBe(401)
    expect(script.count(script.jwksUri)).toBe(1)
  })

  test('costs one fetch per cooldown, however many there are', async () => {
    const { auth, key, script } = setupScripted()
    await auth.verify(signedBy(key))
    const flood = () => {
      const forged = Array.from({ length: 500 }, (_, n) => signedBy({ ...key, jwk: { kid: `random-${n}` } }))
      return Promise.allSettled(forged.map((token) => auth.verify(token)))
    }
    const refused = await flood()
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true)
    expect(script.count(script.jwksUri)).toBe(2)
    advanceSeconds(9.9)
    await flood()
    expect(script.count(script.jwksUri)).toBe(2)
    advanceSeconds(0.1)
    await flood()
    expect(script.count(script.jwksUri)).toBe(3)
  })

  test('is asked for again after a cooldown, and not within', async () => {
    const { get, key, script } = setupScripted()
    await get(signedBy(key))
    const stranger = newKey()
    await get(signedBy(stranger))
    advanceSeconds(9)
    expect((await get(signedBy(stranger))).status).toBe(401)
    expect(script.count(script.jwksUri)).toBe(2)
    advanceSeconds(1)
    await get(signedBy(stranger))
    expect(script.count(script.jwksUri)).toBe(3)
  })

  test('never disturbs the known keys, remembered token or new', async () => {
    const { get, key, ofType } = setupScripted()
    const remembered = signedBy(key)
    await get(remembered)
    for (let n = 0; n < 20; n += 1) await get(signedBy(newKey()))
    expect((await get(remembered)).status).toBe(200)
    expect((await get(signedBy(key))).status).toBe(200)
    expect(ofType('accepted').map(({ source }) => source)).toEqual(['jwt', 'cache', 'jwt'])
    expect(ofType('keys_refreshed').map(({ withdrawn }) => withdrawn)).toEqual([0, 0])
  })

  test('is refused for a key of another algorithm than the token names', async () => {
    const { get, key } = setupScripted({ algorithms: ['ES256', 'RS256'] })
    await get(signedBy(key))
    const [, claims, signature] = signedBy(key).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: key.jwk.kid })).toString('base64url')
    const response = await get([header, claims, signature].join('.'))
    expect(response.headers['www-authenticate']).toBe(unknownKey)
  })
})

describe('a withdrawn key', () => {
  test('ends remembered tokens at once', async () => {
    const { issuer, get } = await setup()
    const former = await issuer.token()
    expect((await get(former)).status).toBe(200)
    await issuer.rotateKeys({ signingKey: readyKey() })
    await get(await issuer.token())
    const response = await get(former)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(unknownKey)
  })

  test('that was only replaced under its kid ends remembered tokens too', async () => {
    const { get, key, script } = setupScripted()
    const former = signedBy(key)
    await get(former)
    script.publish(newKey(key.jwk.kid), newKey('other'))
    await get(signedBy(newKey()))
    const response = await get(former)
    expect(response.status).toBe(401)
    expect(response.body.code).toBe('signature_invalid')
  })

  test('leaves tokens of the keys that stay as they are', async () => {
    const { get, key, script, ofType } = setupScripted()
    const kept = signedBy(key)
    await get(kept)
    script.publish(newKey(), key)
    await get(signedBy(newKey()))
    await get(kept)
    expect(ofType('accepted').at(-1)?.source).toBe('cache')
  })
})
