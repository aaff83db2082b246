import { describe, expect, test } from 'vitest'
import type { CraftedKey } from '../craft.js'
import { advanceSeconds, isOpen, stopClock, stopTimers, until } from './clock.js'
import { json, newKey, newRsaKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const withoutKid = ({ privateKey, jwk: { kid: _, ...jwk } }: CraftedKey): CraftedKey => ({ privateKey, jwk })
const unnamed = (key: CraftedKey) => signedBy(withoutKid(key))
const forgedFor = (key: CraftedKey) => ({ ...key, privateKey: newKey().privateKey })

describe.each<[string, (key: CraftedKey) => CraftedKey, (key: CraftedKey) => string]>([
  ['without kid', withoutKid, unnamed],
  ['whose tokens alone have no kid', (key) => key, unnamed],
  [
    'that uses one kid again',
    ({ privateKey, jwk }) => ({ privateKey, jwk: { ...jwk, kid: 'sole' } }),
    signedBy,
  ],
])('at an issuer %s', (_, published, tokenOf) => {
  async function setupUsed(newOne = newKey) {
    const api = setupScripted({}, {}, newOne())
    const key = published(api.key)
    api.script.publish(key)
    const remembered = tokenOf(key)
    expect((await api.get(remembered)).status).toBe(200)
    const rotated = published(newOne())
    return { ...api, key, remembered, rotated, rotate: () => api.script.publish(rotated) }
  }

  test('a rotated key is accepted at its first use', async () => {
    const { get, script, rotated, rotate } = await setupUsed()
    rotate()
    expect((await get(tokenOf(rotated))).status).toBe(200)
    expect(script.count(script.jwksUri)).toBe(2)
  })

  test('a rotated key is accepted at 50 first uses at once, for one fetch', async () => {
    const { auth, script, rotated, rotate } = await setupUsed()
    rotate()
    await Promise.all(Array.from({ length: 50 }, () => auth.verify(tokenOf(rotated))))
    expect(script.count(script.jwksUri)).toBe(2)
  })

  test('a rotated key is accepted though a refresh that began before it was published lacks it', async () => {
    const { auth, get, script, key, remembered, rotated, rotate } = await setupUsed(newRsaKey)
    let release = () => {}
    const held = new Promise<Response>((resolve) => {
      release = () => resolve(json({ keys: [key.jwk] }))
    })
    script.answer(script.jwksUri, () => held)
    advanceSeconds(500)
    await get(remembered)
    await until(() => script.count(script.jwksUri) === 2)
    rotate()
    const verdict = auth.verify(tokenOf(rotated))
    expect(await isOpen(verdict)).toBe(true)
    release()
    await expect(verdict).resolves.toMatchObject({ subject: 'auth0|ada' })
  })

  test('a rotated key ends the tokens of the former one, remembered or not', async () => {
    const { get, key, remembered, rotated, rotate } = await setupUsed()
    rotate()
    await get(tokenOf(rotated))
    for (const token of [remembered, tokenOf(key)]) expect((await get(token)).status).toBe(401)
  })

  test('a flood of forged signatures causes one fetch per cooldown, and disturbs no valid token', async () => {
    const { auth, get, key, script, remembered, ofType } = await setupUsed()
    const flood = async () => {
      const forged = Array.from({ length: 100 }, () => auth.verify(tokenOf(forgedFor(key))))
      const valid = Array.from({ length: 10 }, () => auth.verify(tokenOf(key)))
      const refused = await Promise.allSettled(forged)
      expect(refused.map((each) => each.status === 'rejected' && each.reason.code)).toEqual(
        Array(100).fill('signature_invalid'),
      )
      await Promise.all(valid)
      return script.count(script.jwksUri)
    }
    expect(await flood()).toBe(2)
    advanceSeconds(9.9)
    expect(await flood()).toBe(2)
    advanceSeconds(0.1)
    expect(await flood()).toBe(3)
    await get(remembered)
    expect(ofType('accepted').at(-1)?.source).toBe('cache')
  })

  test('a forged signature in an outage is refused, and once it is over a rotated key is accepted', async () => {
    const { get, key, script, rotated } = await setupUsed()
    script.down()
    for (let n = 0; n < 3; n += 1) {
      const response = await get(tokenOf(forgedFor(key)))
      expect(response.status).toBe(401)
      expect(response.body.code).toBe('signature_invalid')
    }
    script.up(rotated)
    advanceSeconds(1)
    expect((await get(tokenOf(rotated))).status).toBe(200)
  })
})

test('forged signatures cause one fetch per cooldown also where the issuer takes seconds to answer', async () => {
  const { auth, get, key, script } = setupScripted()
  await get(signedBy(key))
  stopTimers()
  script.answer(
    script.jwksUri,
    () => new Promise((resolve) => setTimeout(() => resolve(json({ keys: [key.jwk] })), 2000)),
  )
  for (let seconds = 0; seconds < 10; seconds += 0.5) {
    auth.verify(signedBy(forgedFor(key))).catch(() => {})
    await new Promise(setImmediate)
    advanceSeconds(0.5)
    await new Promise(setImmediate)
  }
  expect(script.count(script.jwksUri)).toBe(2)
})
