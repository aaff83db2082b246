import { createMemoryReplayStore, type ReplayStore } from 'express-require-auth'
import { beforeEach, describe, expect, test } from 'vitest'
import { advanceSeconds, setWallClock, stopClock } from '../issuer/clock.js'
import { answerOf, setup } from './protected-api.js'

stopClock()

const now = () => Date.now() / 1000

describe('the store in memory', () => {
  test('knows an id until its time is over, and not much longer', async () => {
    const store = createMemoryReplayStore()
    expect(await store.claim('a', 60)).toBe(true)
    expect(await store.claim('a', 60)).toBe(false)
    advanceSeconds(59.9)
    expect(await store.claim('a', 60)).toBe(false)
    advanceSeconds(10.1)
    expect(await store.claim('a', 60)).toBe(true)
  })

  test('forgets by the time each id has, not by its place in the row', async () => {
    const store = createMemoryReplayStore({ maxEntries: 2 })
    await store.claim('long', 600)
    await store.claim('short', 10)
    advanceSeconds(30)
    expect(await store.claim('next', 10)).toBe(true)
    expect(await store.claim('long', 600)).toBe(false)
  })

  test('admits nothing more when it is full, and forgets nothing for it', async () => {
    const store = createMemoryReplayStore({ maxEntries: 2 })
    await store.claim('a', 60)
    await store.claim('b', 60)
    await expect(store.claim('c', 60)).rejects.toThrow('the replay store is full')
    expect(await store.claim('a', 60)).toBe(false)
    advanceSeconds(75)
    expect(await store.claim('c', 60)).toBe(true)
    expect(await store.claim('d', 60)).toBe(true)
  })

  test('a wall clock that is set back makes no id unknown whose proof it makes acceptable again', async () => {
    const store = createMemoryReplayStore()
    await store.claim('a', 60)
    setWallClock(-3600)
    advanceSeconds(75)
    expect(await store.claim('a', 60)).toBe(false)
    advanceSeconds(3600)
    expect(await store.claim('a', 60)).toBe(true)
  })

  test('a wall clock that is set ahead makes no id unknown before its time', async () => {
    const store = createMemoryReplayStore()
    await store.claim('a', 60)
    setWallClock(3600)
    advanceSeconds(30)
    expect(await store.claim('a', 60)).toBe(false)
  })

  describe('from a full ten seconds on', () => {
    beforeEach(() => advanceSeconds(10 - ((performance.now() / 1000) % 10)))

    test('a wall clock that is set ahead forgets no id before the monotonic clock does', async () => {
      const store = createMemoryReplayStore()
      advanceSeconds(8)
      await store.claim('a', 6)
      setWallClock(3600)
      advanceSeconds(3)
      expect(await store.claim('a', 6)).toBe(false)
    })

    test('a wall clock that is set back keeps ids until the last of their ten seconds ends', async () => {
      const store = createMemoryReplayStore()
      await store.claim('long', 9)
      await store.claim('short', 1)
      setWallClock(-5)
      advanceSeconds(10)
      expect(await store.claim('long', 9)).toBe(false)
    })

    test('an id is forgotten at the very second when the wall clock says so too', async () => {
      const store = createMemoryReplayStore()
      await store.claim('a', 5)
      setWallClock(-5)
      advanceSeconds(10)
      expect(await store.claim('a', 5)).toBe(true)
    })

    test('ids that ended are looked for once in ten seconds', async () => {
      const store = createMemoryReplayStore()
      await store.claim('a', 9)
      setWallClock(-5)
      advanceSeconds(10)
      expect(await store.claim('a', 9)).toBe(false)
      advanceSeconds(9)
      expect(await store.claim('a', 9)).toBe(false)
      advanceSeconds(1)
      expect(await store.claim('a', 9)).toBe(true)
    })
  })

  test('grants one of many simultaneous claims', async () => {
    const store = createMemoryReplayStore()
    const claims = await Promise.all(Array.from({ length: 100 }, () => store.claim('a', 60)))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  test.each([0, -1, 1.5, Number.NaN, '5'])('refuses maxEntries %s', (maxEntries) => {
    expect(() => createMemoryReplayStore({ maxEntries: maxEntries as number })).toThrow(
      /^createMemoryReplayStore.maxEntries must be a positive/,
    )
  })
})

/** Records what it was asked. */
function recordingStore(answer: () => Promise<boolean> = async () => true) {
  const asked: { id: string; ttlSeconds: number }[] = []
  const replayStore: ReplayStore = {
    claim(id, ttlSeconds) {
      asked.push({ id, ttlSeconds })
      return answer()
    },
  }
  return { asked, replayStore }
}

test('a proof is remembered until iat + window, and for the difference of clocks (RFC 9449 §11.1)', async () => {
  const { asked, replayStore } = recordingStore()
  const { send } = await setup({ dpop: { replayStore, maxAgeSeconds: 100 }, clockToleranceSeconds: 5 })
  await send({ proof: { claims: { iat: now() - 40 } } })
  await send({ proof: { claims: { iat: now() + 5 } } })
  expect(asked.map(({ ttlSeconds }) => ttlSeconds)).toEqual([70, 115])
})

test('a hash stands for the proof, however long its jti (RFC 9449 §11.1)', async () => {
  const { asked, replayStore } = recordingStore()
  const { send } = await setup({ dpop: { replayStore } })
  expect((await send({ proof: { claims: { jti: 'x'.repeat(4000) } } })).status).toBe(200)
  expect(asked[0]?.id).toMatch(/^[\w-]{43}$/)
})

test('a proof that is refused is never remembered: floods cannot fill the store', async () => {
  const { asked, replayStore } = recordingStore()
  const { issuer, send, key, url, token } = await setup({ dpop: { replayStore } })
  const thief = await issuer.dpop()
  const [header, claims] = (await key.proof('GET', `${url}/messages`, token)).split('.')
  const forged = await thief.proof('GET', `${url}/messages`, token, { header: { jwk: key.jwk } })
  await send({ proof: `${header}.${claims}.${'A'.repeat(86)}` })
  await send({ proof: forged })
  await send({ proof: await thief.proof('GET', `${url}/messages`, token) })
  await send({ proof: { method: 'POST' } })
  await send({ proof: { claims: { iat: 0 } } })
  await send({ proof: { claims: { ath: 'x' } } })
  await send({ token: await key.token({ expiresInSeconds: -60 }) })
  expect(asked).toEqual([])
})

test('a revoked token costs no entry of the store that matters: its holder is refused', async () => {
  const { send } = await setup({ isRevoked: () => true })
  expect(answerOf(await send()).code).toBe('token_revoked')
})

test.each([
  ['rejects', () => Promise.reject(new Error('down'))],
  [
    'throws',
    () => {
      throw new Error('down')
    },
  ],
])('a store that %s is an outage: 503, not a pass', async (_, answer) => {
  const { replayStore } = recordingStore(answer)
  const { send } = await setup({ dpop: { replayStore } })
  const response = await send()
  expect(answerOf(response)).toEqual({ status: 503, code: 'replay_store_unavailable', challenge: undefined })
  expect(response.headers['retry-after']).toBe('1')
  expect(response.body.detail).toBe('The replay store is unavailable')
})

test.each([undefined, null, 'OK', 1])('a store that answers %j grants nothing', async (answer) => {
  const { replayStore } = recordingStore(async () => answer as unknown as boolean)
  const { send } = await setup({ dpop: { replayStore } })
  expect(answerOf(await send()).code).toBe('proof_replayed')
})

test('a used proof stays used when the wall clock is set back (RFC 9449 §11.1)', async () => {
  const { send, key, url, token } = await setup({ dpop: { maxAgeSeconds: 60 } })
  const proof = await key.proof('GET', `${url}/messages`, token)
  expect((await send({ proof })).status).toBe(200)
  advanceSeconds(70)
  expect(answerOf(await send({ proof })).code).toBe('proof_expired')
  setWallClock(-70)
  await send() // makes the store forget what ended
  expect(answerOf(await send({ proof })).code).toBe('proof_replayed')
})

test('a Bearer request never asks the store', async () => {
  const { asked, replayStore } = recordingStore()
  const { send, issuer } = await setup({ dpop: { replayStore } })
  const token = await issuer.token()
  expect((await send({ scheme: 'Bearer', token, proof: null })).status).toBe(200)
  expect(asked).toEqual([])
})
