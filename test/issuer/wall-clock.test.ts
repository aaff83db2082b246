import { describe, expect, test } from 'vitest'
import { callNow } from '../call-now.js'
import { advanceSeconds, setWallClock, stopClock } from './clock.js'
import { newKey, newRsaKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

describe.each([
  ['back', -3600],
  ['ahead', 3600],
])('a wall clock set %s an hour', (_, seconds) => {
  test('does not change how long failed fetches are followed by a pause', async () => {
    const { get, key, script } = setupScripted()
    script.down()
    await get(signedBy(key))
    setWallClock(seconds)
    script.up(key)
    expect((await get(signedBy(key))).headers['retry-after']).toBe('1')
    advanceSeconds(1)
    expect((await get(signedBy(key))).status).toBe(200)
  })

  test('does not change how old keys are', async () => {
    const { auth, get, key, script } = setupScripted({}, {}, newRsaKey())
    await get(signedBy(key))
    setWallClock(seconds)
    script.publish(newRsaKey())
    advanceSeconds(479)
    expect(callNow(auth, signedBy(key))).toEqual([[]])
    expect(script.count(script.jwksUri)).toBe(1)
    advanceSeconds(121)
    expect((await get(signedBy(key))).body.code).toBe('key_unknown')
  })

  test('does not change when stale keys are too old', async () => {
    const { get, key, script } = setupScripted({ jwks: { maxAgeSeconds: 60, maxStaleSeconds: 100 } })
    await get(signedBy(key))
    setWallClock(seconds)
    script.down()
    advanceSeconds(159)
    expect((await get(signedBy(key))).status).toBe(200)
    advanceSeconds(1)
    expect((await get(signedBy(key))).status).toBe(503)
  })

  test('does not change the cooldown', async () => {
    const { get, key, script } = setupScripted()
    await get(signedBy(key))
    await get(signedBy(newKey()))
    setWallClock(seconds)
    const rotated = newKey()
    script.publish(rotated)
    expect((await get(signedBy(rotated))).body.code).toBe('key_unknown')
    advanceSeconds(10)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })
})
