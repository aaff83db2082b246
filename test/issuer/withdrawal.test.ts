import { describe, expect, test, vi } from 'vitest'
import { callNow } from '../call-now.js'
import { advanceSeconds, isOpen, stopClock, stopTimers, until } from './clock.js'
import { newRsaKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const longLived = { exp: Math.floor(Date.now() / 1000) + 10 * 86_400 }

/** An API that has fetched its keys, and remembers a token. */
async function setupUsed() {
  const api = setupScripted({}, {}, newRsaKey())
  const remembered = signedBy(api.key, longLived)
  await api.get(remembered)
  const hang = () => {
    for (const url of [api.script.metadataUrl, api.script.jwksUri])
      api.script.answer(url, () => new Promise(() => {}))
  }
  return { ...api, remembered, unseen: () => signedBy(api.key, longLived), hang }
}

describe('a withdrawn key of an issuer that answers', () => {
  test.each([
    ['a remembered token', 600],
    ['a remembered token', 80_000],
    ['a token never seen before', 600],
    ['a token never seen before', 80_000],
  ])('ends %s at the first request after %d idle seconds', async (which, idleSeconds) => {
    const { get, remembered, unseen, script } = await setupUsed()
    script.publish(newRsaKey())
    advanceSeconds(idleSeconds)
    const response = await get(which === 'a remembered token' ? remembered : unseen())
    expect(response.status).toBe(401)
    expect(response.body.code).toBe('key_unknown')
  })

  test('ends all tokens ahead of maxAgeSeconds in a process in use, without one request that waits', async () => {
    const { auth, get, remembered, script, ofType } = await setupUsed()
    script.publish(newRsaKey())
    for (let seconds = 0; seconds < 480; seconds += 10) {
      expect(callNow(auth, remembered)).toEqual([[]])
      advanceSeconds(10)
    }
    expect(callNow(auth, remembered)).toEqual([[]])
    await until(() => ofType('keys_refreshed').length === 2)
    expect((await get(remembered)).body.code).toBe('key_unknown')
  })

  test('ends though a refresh failed before the process was idle', async () => {
    const { get, key, remembered, script } = await setupUsed()
    script.down()
    advanceSeconds(600)
    expect((await get(remembered)).status).toBe(200)
    script.up(newRsaKey())
    advanceSeconds(600)
    expect((await get(remembered)).body.code).toBe('key_unknown')
    expect((await get(signedBy(key))).body.code).toBe('key_unknown')
  })
})

describe('a request past the age of the keys', () => {
  test('waits a second for an issuer that hangs, and is then served', async () => {
    const { get, unseen, hang, ofType } = await setupUsed()
    hang()
    stopTimers()
    advanceSeconds(600)
    const answer = get(unseen()).then(({ status }) => status)
    expect(await isOpen(answer)).toBe(true)
    advanceSeconds(0.99)
    expect(await isOpen(answer)).toBe(true)
    advanceSeconds(0.01)
    expect(await answer).toBe(200)
    expect(ofType('keys_stale')).toHaveLength(1)
  })

  test('leaves no timer once the issuer has answered', async () => {
    const { auth, unseen, script } = await setupUsed()
    stopTimers()
    advanceSeconds(600)
    await auth.verify(unseen())
    expect(script.count(script.jwksUri)).toBe(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not wait in a pause between attempts that is longer than the age', async () => {
    const { auth, get, key, script } = setupScripted({ jwks: { maxAgeSeconds: 2 } })
    const remembered = signedBy(key, longLived)
    await get(remembered)
    script.down()
    for (let failures = 0; failures < 5; failures += 1) {
      advanceSeconds(60)
      await get(remembered)
    }
    advanceSeconds(3) // the pause is 8 seconds at least
    expect(callNow(auth, remembered)).toEqual([[]])
  })

  test('that comes later in the same refresh waits for the rest of the second only', async () => {
    const { get, unseen, hang } = await setupUsed()
    hang()
    stopTimers()
    advanceSeconds(600)
    const first = get(unseen()).then(({ status }) => status)
    expect(await isOpen(first)).toBe(true)
    advanceSeconds(0.9)
    const second = get(unseen()).then(({ status }) => status)
    expect(await isOpen(second)).toBe(true)
    advanceSeconds(0.1)
    expect(await Promise.all([first, second])).toEqual([200, 200])
  })

  test('does not wait at all in the rest of an outage, remembered token or new', async () => {
    const { auth, get, remembered, unseen, hang, script, ofType } = await setupUsed()
    hang()
    stopTimers()
    advanceSeconds(600)
    const first = get(remembered).then(({ status }) => status)
    await until(() => script.count(script.metadataUrl) === 2)
    advanceSeconds(1)
    expect(await first).toBe(200)
    for (let seconds = 1; seconds <= 300; seconds += 1) {
      expect(callNow(auth, remembered)).toEqual([[]])
      expect(callNow(auth, unseen())).toEqual([[]])
      advanceSeconds(1)
      await new Promise(setImmediate)
    }
    expect(ofType('keys_refresh_failed').length).toBeGreaterThan(3) // it was asked all the while
    expect(ofType('keys_stale')).toHaveLength(1)
  })
})

test.each([0, 479, 480, 599])(
  'a request %d seconds after a fetch is answered in the same turn',
  async (age) => {
    const { auth, remembered, unseen } = await setupUsed()
    advanceSeconds(age)
    expect(callNow(auth, remembered)).toEqual([[]])
    expect(callNow(auth, unseen())).toEqual([[]])
  },
)
