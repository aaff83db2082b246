import { createMemoryReplayStore, type MemoryReplayStoreOptions } from 'express-require-auth'
import { createRedisReplayStore, type RedisReplayStoreOptions } from 'express-require-auth/redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { answerOf, setup } from '../proof/protected-api.js'
import { connectedClient, isWithoutRedis, type RedisServer, startRedis } from './redis-server.js'

describe.skipIf(isWithoutRedis)('the store in Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.close())

  const connect = (url = server.url) => connectedClient(url)

  test('grants an id once, to whoever asks', async () => {
    const [one, two] = [await connect(), await connect()].map((redis) => createRedisReplayStore(redis))
    expect(await one?.claim('a', 60)).toBe(true)
    expect(await one?.claim('a', 60)).toBe(false)
    expect(await two?.claim('a', 60)).toBe(false)
    expect(await two?.claim('b', 60)).toBe(true)
  })

  test('grants one of many simultaneous claims', async () => {
    const stores = [await connect(), await connect()].map((redis) => createRedisReplayStore(redis))
    const claims = await Promise.all(
      stores.flatMap((store) => Array.from({ length: 50 }, () => store.claim('c', 60))),
    )
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  test('keeps an id for its time, to the millisecond, under its prefix', async () => {
    const redis = await connect()
    await createRedisReplayStore(redis, { prefix: 'api:' }).claim('d', 12.3456)
    const left = await redis.pTTL('api:d')
    expect(left).toBeGreaterThan(12_000)
    expect(left).toBeLessThanOrEqual(12_346)
    await createRedisReplayStore(redis).claim('d', 0.0001)
    await expect.poll(() => redis.exists('dpop:d')).toBe(0)
  })

  test('is shared by the machines of one API: a proof is refused by the other (RFC 9449 §11.1)', async () => {
    const machines = await Promise.all([1, 2].map(async () => setupWith(await connect())))
    const [first, second] = machines as [(typeof machines)[0], (typeof machines)[0]]
    const { key, token } = first
    const url = 'https://api.northwind.com/messages'
    const proof = await key.proof('GET', url, token)
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.northwind.com' }
    expect((await first.send({ proof, headers })).status).toBe(200)
    expect(answerOf(await second.send({ token, proof, headers })).code).toBe('proof_replayed')
  })

  test('that is not connected yet is an outage, at once', async () => {
    const { send } = await setupWith(createClient({ url: server.url }))
    expect(answerOf(await send())).toEqual({
      status: 503,
      code: 'replay_store_unavailable',
      challenge: undefined,
    })
  })

  test('that was closed is an outage', async () => {
    const redis = await connect()
    const { send } = await setupWith(redis)
    expect((await send()).status).toBe(200)
    await redis.close()
    expect((await send()).status).toBe(503)
  })
})

test('a store that does not answer in time rejects', async () => {
  const silent = () => new Promise(() => {})
  const store = createRedisReplayStore(silent, { timeoutSeconds: 0.02 })
  await expect(store.claim('a', 60)).rejects.toThrow('Redis did not answer in time')
})

test('an answer ends the wait: no timer keeps the process alive', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = createRedisReplayStore(async () => 'OK')
  expect(await store.claim('a', 60)).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('the store in memory refuses options that it does not know, too', () => {
  const make = () => createMemoryReplayStore({ max: 5 } as MemoryReplayStoreOptions)
  expect(make).toThrow(new TypeError('createMemoryReplayStore has no option "max"; it knows maxEntries'))
})

test('options that are undefined count as not given', () => {
  const options = { timeoutSeconds: undefined, prefix: undefined } as unknown as RedisReplayStoreOptions
  expect(() => createRedisReplayStore(async () => null, options)).not.toThrow()
})

async function setupWith(redis: Parameters<typeof createRedisReplayStore>[0]) {
  const issuer = await setup({ dpop: { replayStore: createRedisReplayStore(redis) } })
  issuer.app.set('trust proxy', 'loopback')
  return issuer
}
