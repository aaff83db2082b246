import { createRedisReplayStore } from 'express-require-auth/redis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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

  test('works on a cluster', async () => {
    const node = await startRedis('--cluster-enabled', 'yes')
    onTestFinished(node.close)
    const setupClient = await connect(node.url)
    await setupClient.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
    await expect.poll(() => setupClient.sendCommand(['CLUSTER', 'INFO'])).toContain('cluster_state:ok')
    const cluster = createCluster({ rootNodes: [{ url: node.url }] })
    cluster.on('error', () => {})
    onTestFinished(() => cluster.destroy())
    await cluster.connect()
    const { send } = await setupWith(cluster)
    expect((await send({ proof: { claims: { jti: 'one' } } })).status).toBe(200)
    expect(answerOf(await send({ proof: { claims: { jti: 'one' } } })).code).toBe('proof_replayed')
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
  const silent = { set: () => new Promise(() => {}) }
  const store = createRedisReplayStore(silent, { timeoutSeconds: 0.02 })
  await expect(store.claim('a', 60)).rejects.toThrow('Redis did not answer in time')
})

test.each([0, -1, '1', Number.NaN])('timeoutSeconds %j is refused', (timeoutSeconds) => {
  const silent = { set: async () => null }
  expect(() => createRedisReplayStore(silent, { timeoutSeconds: timeoutSeconds as number })).toThrow(
    /^timeoutSeconds must be a positive number/,
  )
})

async function setupWith(redis: Parameters<typeof createRedisReplayStore>[0]) {
  const issuer = await setup({ dpop: { replayStore: createRedisReplayStore(redis) } })
  issuer.app.set('trust proxy', 'loopback')
  return issuer
}
