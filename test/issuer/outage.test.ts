import type { Outage } from 'express-require-auth/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'
import { setup } from '../setup.js'
import { advanceSeconds, stopClock, until } from './clock.js'
import { newKey, scriptIssuer, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const outages: Outage[] = ['refuse', 'hang', 'error', 'garbage', 'drip']
const longLived = { exp: Math.floor(Date.now() / 1000) + 10 * 86_400 }

const unusable =
  'the key set of https://login.northwind.com/ holds no usable key for ES256; those it has are not fit to verify, or share their kid'

/** Seconds on top of a deadline, for machines that have other work: less than the default deadline all the same. */
const slack = 2

/** With a deadline that a sound issuer keeps easily, unless the test needs none that is sound. */
async function setupOutage(outage: Outage, timeoutSeconds = 1) {
  const { issuer, ...api } = await setup({ jwks: { timeoutSeconds } })
  onTestFinished(issuer.restore)
  return { issuer, begin: () => issuer.outage(outage), ...api }
}

async function secondsFor(answer: PromiseLike<unknown>): Promise<number> {
  const startedAt = performance.now()
  await answer
  return (performance.now() - startedAt) / 1000
}

describe.each(outages)('while the issuer is out of order (%s)', (outage) => {
  test('tokens of known keys are admitted, remembered or new', async () => {
    const { issuer, begin, get } = await setupOutage(outage)
    const remembered = await issuer.token({ claims: longLived })
    expect((await get(remembered)).status).toBe(200)
    begin()
    for (const seconds of [0, 599, 2, 3600, 82_000]) {
      advanceSeconds(seconds)
      expect((await get(remembered)).status).toBe(200)
      expect((await get(await issuer.token())).status).toBe(200)
    }
  })

  test('the first request is answered 503 with Retry-After, within the deadline', async () => {
    const { issuer, begin, get } = await setupOutage(outage, 0.2)
    begin()
    const answer = get(await issuer.token())
    expect(await secondsFor(answer)).toBeLessThan(0.2 + slack)
    const { status, headers, body } = await answer
    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('1')
    expect(headers['www-authenticate']).toBeUndefined()
    expect(body.code).toBe('keys_unavailable')
  })

  test('a token of an unknown key is answered 503, not 401', async () => {
    const { issuer, begin, get } = await setupOutage(outage)
    await get(await issuer.token())
    await issuer.rotateKeys({ signingKey: readyKey() })
    begin()
    const answer = get(await issuer.token())
    expect(await secondsFor(answer)).toBeLessThan(1 + slack)
    expect((await answer).status).toBe(503)
    expect((await answer).headers['retry-after']).toBe('1')
  })

  test('the API recovers by itself within the backoff', async () => {
    const { issuer, begin, get } = await setupOutage(outage)
    const token = await issuer.token()
    begin()
    await get(token)
    issuer.restore()
    advanceSeconds(1)
    expect((await get(token)).status).toBe(200)
  })

  test('ready() says what could not be fetched', async () => {
    const { issuer, begin, auth } = await setupOutage(outage, 0.2)
    begin()
    const says = {
      refuse: 'could not be reached (',
      hang: 'timed out',
      error: 'answered with status 500',
      garbage: 'did not answer with JSON',
      drip: 'timed out',
    }[outage]
    await expect(auth.ready()).rejects.toMatchObject({
      code: 'keys_unavailable',
      message: expect.stringContaining(`${issuer.url}.well-known/openid-configuration ${says}`),
    })
  })
})

describe('the end of trust', () => {
  const jwks = { maxAgeSeconds: 60, maxStaleSeconds: 100 }

  test('comes maxStaleSeconds after freshness: then 503, for remembered tokens too', async () => {
    const { get, key, script } = setupScripted({ jwks })
    const remembered = signedBy(key)
    await get(remembered)
    script.down()
    advanceSeconds(159.9)
    expect((await get(remembered)).status).toBe(200)
    advanceSeconds(0.1)
    for (const token of [remembered, signedBy(key)]) {
      const { status, headers } = await get(token)
      expect(status).toBe(503)
      expect(headers['retry-after']).toMatch(/^[1-9]\d?$/)
    }
  })

  test('is over as soon as the issuer answers again', async () => {
    const { get, key, script, ofType } = setupScripted({ jwks })
    const remembered = signedBy(key)
    await get(remembered)
    script.down()
    advanceSeconds(160)
    await get(remembered)
    expect(ofType('keys_refresh_failed').map(({ servingStale }) => servingStale)).toEqual([false])
    script.up(key)
    advanceSeconds(1)
    expect((await get(remembered)).status).toBe(200)
  })

  test('comes at once with maxStaleSeconds 0', async () => {
    const { get, key, script } = setupScripted({ jwks: { maxAgeSeconds: 60, maxStaleSeconds: 0 } })
    const remembered = signedBy(key)
    await get(remembered)
    script.down()
    advanceSeconds(60)
    expect((await get(remembered)).status).toBe(503)
  })
})

describe('stale keys', () => {
  test('that were asked for at their age are refreshed once for all callers', async () => {
    const { auth, key, script, ofType } = setupScripted()
    await auth.verify(signedBy(key))
    advanceSeconds(600)
    await Promise.all(Array.from({ length: 50 }, () => auth.verify(signedBy(key))))
    await until(() => ofType('keys_refreshed').length === 2)
    expect(script.count(script.jwksUri)).toBe(2)
    expect(ofType('keys_stale')).toEqual([])
  })

  test('are told of once for each set', async () => {
    const { get, key, script, ofType } = setupScripted()
    const remembered = signedBy(key)
    await get(remembered)
    script.down()
    advanceSeconds(601)
    for (const token of [remembered, signedBy(key), remembered]) await get(token)
    expect(ofType('keys_stale')).toEqual([{ type: 'keys_stale', issuer: script.url }])
    script.up(key)
    advanceSeconds(1)
    await get(remembered)
    await until(() => ofType('keys_refreshed').length === 2)
    script.down()
    advanceSeconds(601)
    await get(remembered)
    expect(ofType('keys_stale')).toHaveLength(2)
  })

  test('are told of also where only remembered tokens come', async () => {
    const { get, key, script, ofType } = setupScripted()
    const remembered = signedBy(key)
    await get(remembered)
    script.answer(script.metadataUrl, () => new Promise(() => {}))
    script.answer(script.jwksUri, () => new Promise(() => {}))
    advanceSeconds(500)
    await get(remembered) // begins a refresh ahead of the age
    advanceSeconds(101)
    expect((await get(remembered)).status).toBe(200)
    expect(ofType('accepted').at(-1)?.source).toBe('cache')
    expect(ofType('keys_stale')).toHaveLength(1)
  })
})

describe('failed fetches', () => {
  test('are followed by an exponential backoff with jitter, shared by all callers', async () => {
    const { auth, script, key, ofType } = setupScripted()
    script.down()
    const gaps: number[] = []
    for (let seconds = 0; seconds < 300; seconds += 0.25) {
      const before = script.asked.length
      const verdicts = Array.from({ length: 3 }, () => auth.verify(signedBy(key)))
      await Promise.allSettled(verdicts)
      if (script.asked.length > before) gaps.push(seconds)
      advanceSeconds(0.25)
    }
    expect(ofType('keys_refresh_failed')).toHaveLength(gaps.length)
    const waits = gaps.slice(1).map((at, n) => at - (gaps[n] as number))
    for (const [n, wait] of waits.entries()) {
      const longest = Math.min(60, 2 ** n)
      expect(wait).toBeGreaterThanOrEqual(longest / 2)
      expect(wait).toBeLessThanOrEqual(longest + 0.25)
    }
    expect(waits.length).toBeGreaterThan(8)
  })

  test('start the backoff anew after a success', async () => {
    const { auth, script, key } = setupScripted({ jwks: { maxAgeSeconds: 1, maxStaleSeconds: 0 } })
    const verdict = () =>
      auth.verify(signedBy(key)).then(
        () => 'admitted',
        ({ headers }) => headers['Retry-After'],
      )
    script.down()
    for (let n = 0; n < 6; n += 1) {
      await verdict()
      advanceSeconds(60)
    }
    script.up(key)
    expect(await verdict()).toBe('admitted')
    script.down()
    advanceSeconds(60)
    expect(await verdict()).toBe('1')
  })

  test('are never more than one at a time, cold or not', async () => {
    const { auth, script, key } = setupScripted()
    let open = 0
    let most = 0
    script.answer(script.jwksUri, async () => {
      open += 1
      most = Math.max(most, open)
      await new Promise(setImmediate)
      open -= 1
      return new Response('', { status: 500 })
    })
    await Promise.allSettled(Array.from({ length: 50 }, () => auth.verify(signedBy(key))))
    expect([most, script.count(script.jwksUri)]).toEqual([1, 1])
  })
})

describe('a start', () => {
  test('with ready() has fetched the keys before the first request', async () => {
    const { auth, get, key, script } = setupScripted()
    await auth.ready()
    const { length } = script.asked
    expect((await get(signedBy(key))).status).toBe(200)
    expect(script.asked).toHaveLength(length)
  })

  test('shares one fetch among its first requests', async () => {
    const { auth, key, script } = setupScripted()
    await Promise.all([auth.ready(), ...Array.from({ length: 50 }, () => auth.verify(signedBy(key)))])
    expect(script.asked.map(({ url }) => url)).toEqual([script.metadataUrl, script.jwksUri])
  })

  test('fetches nothing before it is asked to', () => {
    const { script } = setupScripted()
    expect(script.asked).toEqual([])
  })

  test('says again what is wrong while it may not ask again', async () => {
    const { auth, script } = setupScripted()
    script.down()
    const message = `${script.metadataUrl} could not be reached (ECONNREFUSED)`
    await expect(auth.ready()).rejects.toThrow(message)
    await expect(auth.ready()).rejects.toThrow(message)
    expect(script.asked).toHaveLength(1)
  })

  test('with ready() asks for nothing while there are stale keys to serve', async () => {
    const { auth, get, key, script } = setupScripted()
    await get(signedBy(key))
    script.down()
    advanceSeconds(600)
    const { length } = script.asked
    await auth.ready()
    expect(script.asked).toHaveLength(length)
  })

  test('waits for every issuer of a list', async () => {
    const other = scriptIssuer('https://login.eastwind.com/')
    const { auth, script } = setupScripted({ issuer: ['https://login.northwind.com/', other.url] })
    await expect(auth.ready()).rejects.toThrow(`${other.metadataUrl} could not be reached`)
    expect(script.count(script.jwksUri)).toBe(1)
  })
})

describe('a seed beside the address of the metadata', () => {
  const url = 'https://login.northwind.com/'
  const seeded = (key = newKey(), maxStaleSeconds = 86_400) => ({
    seed: key,
    ...setupScripted({
      issuer: {
        issuer: url,
        jwks: { keys: [key.jwk] },
        metadataUrl: `${url}.well-known/openid-configuration`,
      },
      jwks: { maxStaleSeconds },
    }),
  })

  test('lets a start do without the issuer, and is refreshed in the background at its first use', async () => {
    const { get, seed, script, ofType } = seeded()
    script.answer(script.metadataUrl, () => new Promise(() => {}))
    expect((await get(signedBy(seed))).status).toBe(200)
    expect(script.count(script.metadataUrl)).toBe(1)
    expect(ofType('keys_stale')).toEqual([])
  })

  test('serves while the issuer is out of order, and no longer than maxStaleSeconds', async () => {
    const { get, seed, script, ofType } = seeded(newKey(), 100)
    const remembered = signedBy(seed)
    script.down()
    for (const seconds of [0, 600, 99.9]) {
      advanceSeconds(seconds)
      expect((await get(remembered)).status).toBe(200)
    }
    expect(ofType('keys_stale')).toHaveLength(1)
    advanceSeconds(0.1)
    expect((await get(remembered)).status).toBe(503)
    expect((await get(signedBy(seed))).status).toBe(503)
  })

  test('is gone once the issuer has answered without it', async () => {
    const { get, seed, key, ofType } = seeded()
    const remembered = signedBy(seed)
    await get(remembered)
    await until(() => ofType('keys_refreshed').length === 1)
    expect(ofType('keys_refreshed')[0]?.withdrawn).toBe(1)
    expect((await get(remembered)).status).toBe(401)
    expect((await get(signedBy(key))).status).toBe(200)
  })

  test('does not come back when all keys are too old', async () => {
    const { get, seed, script, ofType } = seeded(newKey(), 100)
    await get(signedBy(seed))
    await until(() => ofType('keys_refreshed').length === 1)
    script.down()
    advanceSeconds(701)
    expect((await get(signedBy(seed))).status).toBe(503)
    advanceSeconds(1)
    expect((await get(signedBy(seed))).status).toBe(503)
  })

  test('does not keep a newer key from its first use', async () => {
    const { get, key } = seeded()
    expect((await get(signedBy(key))).status).toBe(200)
  })

  test('without usable keys gives way to the issuer at once', async () => {
    const { seed } = seeded()
    const { get, key, ofType } = seeded({ ...seed, jwk: { ...seed.jwk, use: 'enc' } })
    expect((await get(signedBy(key))).status).toBe(200)
    expect(ofType('keys_refresh_failed')).toEqual([
      {
        type: 'keys_refresh_failed',
        issuer: url,
        reason: unusable,
        error: expect.objectContaining({ message: unusable }),
        servingStale: false,
      },
    ])
  })

  test('is read once for all first uses at once', async () => {
    const { auth, seed, script } = seeded()
    script.answer(script.metadataUrl, () => new Promise(() => {}))
    const verdicts = Array.from({ length: 20 }, () => auth.verify(signedBy(seed)))
    expect(await Promise.all(verdicts)).toHaveLength(20)
    expect(script.asked).toHaveLength(1)
  })
})

describe('a key set without an address', () => {
  const fixed = (key = newKey()) => ({
    seed: key,
    ...setupScripted({ issuer: { issuer: 'https://login.northwind.com/', jwks: { keys: [key.jwk] } } }),
  })

  test('holds for ever, and nothing is fetched: not for unknown keys, not for forged signatures', async () => {
    const { auth, get, seed, key, script } = fixed()
    await Promise.all(Array.from({ length: 20 }, () => auth.verify(signedBy(seed))))
    for (const seconds of [0, 700, 30 * 86_400, 365 * 86_400]) {
      advanceSeconds(seconds)
      expect((await get(signedBy(seed))).status).toBe(200)
      expect((await get(signedBy(key))).body.code).toBe('key_unknown')
      const forged = { ...seed, privateKey: key.privateKey }
      expect((await get(signedBy(forged))).body.code).toBe('signature_invalid')
    }
    expect(script.asked).toEqual([])
  })

  test('may list undefined beside its keys', async () => {
    const { privateKey, jwk } = newKey()
    const jwks = { keys: [undefined as never, jwk] }
    const { get } = setupScripted({ issuer: { issuer: 'https://login.northwind.com/', jwks } })
    expect((await get(signedBy({ privateKey, jwk }))).status).toBe(200)
  })

  test('without usable keys is an outage that says why, and still nothing is fetched', async () => {
    const seed = newKey()
    const { auth, get, script } = fixed({ ...seed, jwk: { ...seed.jwk, use: 'enc' } })
    for (let n = 0; n < 3; n += 1) {
      expect((await get(signedBy(seed))).status).toBe(503)
      advanceSeconds(5)
    }
    await expect(auth.ready()).rejects.toThrow(unusable)
    expect(script.asked).toEqual([])
  })
})
