import { Redis as Upstash } from '@upstash/redis'
import { createRedisReplayStore, type RedisClient, redisDenylist } from 'express-require-auth/redis'
import { Redis as Ioredis, Cluster as IoredisCluster } from 'ioredis'
import { Redis as Iovalkey, Cluster as IovalkeyCluster } from 'iovalkey'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { createClient as createClient4, createCluster as createCluster4 } from 'redis4'
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis5'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { craft, craftKey, goodClaims, trusting } from '../craft.js'
import { messages, mount } from '../setup.js'
import { type RedisCluster, startCluster } from './cluster.js'
import { connectedClient, isWithoutRedis, type RedisServer, startRedis } from './redis-server.js'
import { startUpstash } from './upstash-server.js'

const { privateKey: key, jwk } = craftKey('ec')
let rounds = 0

const both: [string, typeof Ioredis][] = [
  ['ioredis', Ioredis],
  ['iovalkey', Iovalkey as unknown as typeof Ioredis],
]

/** What every client must be good for: a proof is granted once, and a revocation is seen. */
async function prove(client: RedisClient): Promise<void> {
  rounds += 1
  const store = createRedisReplayStore(client, { timeoutSeconds: 5 })
  const claims = await Promise.all(Array.from({ length: 10 }, () => store.claim(`proof-${rounds}`, 60)))
  expect(claims.filter(Boolean)).toHaveLength(1)
  expect(await store.claim(`proof-${rounds}`, 60)).toBe(false)
  const denylist = redisDenylist(client, { maxStaleSeconds: 0, timeoutSeconds: 5 })
  const issuer = trusting({ ...jwk, alg: 'ES256' })
  const { auth } = mount({ issuer, audience: messages, algorithms: ['ES256'] })
  const { iat, ...ids } = { jti: `jti-${rounds}`, sub: `sub-${rounds}`, iat: Math.floor(Date.now() / 1000) }
  const verified = await auth.verify(craft({ key, alg: 'ES256', claims: goodClaims({ ...ids, iat }) }))
  expect(await denylist.isRevoked(verified)).toBe(false)
  await denylist.revokeSubject(ids.sub, iat + 1)
  await denylist.revokeSubject(ids.sub, iat - 1)
  expect(await denylist.isRevoked(verified)).toBe(true)
}

/** A client with its end. */
type Made = readonly [client: RedisClient, end: () => unknown]

interface NodeRedis {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
}

async function connected<T extends NodeRedis & RedisClient>(
  client: T,
  end: (client: T) => unknown,
): Promise<Made> {
  client.on('error', () => {})
  await client.connect()
  return [client, () => end(client)]
}

describe.skipIf(isWithoutRedis)('a client of one server grants a proof once, and revokes', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.close())

  const makers: Record<string, (url: string) => Promise<Made>> = {
    'redis 4': (url) => connected(createClient4({ url }), (client) => client.disconnect()),
    'redis 5': (url) => connected(createClient5({ url }), (client) => client.destroy()),
    'redis 6': (url) => connected(createClient({ url }), (client) => client.destroy()),
    'redis 6, a pool': (url) => connected(createClientPool({ url }), (client) => client.destroy()),
    async ioredis(url) {
      const client = new Ioredis(url)
      return [client, () => client.disconnect()]
    },
    async 'ioredis with a prefix'(url) {
      const client = new Ioredis(url, { keyPrefix: 'app:' })
      return [client, () => client.disconnect()]
    },
    async iovalkey(url) {
      const client = new Iovalkey(url)
      return [client, () => client.disconnect()]
    },
    async '@upstash/redis'(url) {
      const redis = await connectedClient(url)
      const upstash = await startUpstash((command) => redis.sendCommand(command))
      return [new Upstash(upstash), upstash.close]
    },
    async '@upstash/redis without its encodings'(url) {
      const redis = await connectedClient(url)
      const upstash = await startUpstash((command) => redis.sendCommand(command))
      const plain = {
        responseEncoding: false,
        automaticDeserialization: false,
        enableAutoPipelining: false,
      } as const
      return [new Upstash({ ...upstash, ...plain }), upstash.close]
    },
    async '{ sendCommand }'(url) {
      const redis = await connectedClient(url)
      return [{ sendCommand: (...command) => redis.sendCommand(command) }, () => {}]
    },
    async 'a function'(url) {
      const client = new Ioredis(url)
      return [(name = '', ...args) => client.call(name, ...args), () => client.disconnect()]
    },
  }

  test.each(Object.entries(makers))('%s', async (_, make) => {
    const [client, end] = await make(server.url)
    onTestFinished(() => void end())
    await prove(client)
    const redis = await connectedClient(server.url)
    const [proof = ''] = await redis.keys(`*dpop:proof-${rounds}`)
    expect(await redis.get(proof)).toBe('1') // the same entry, whatever the client
  })

  test.each(both)('the prefix of %s is in front of every key', async (name, Client) => {
    const client = new Client(server.url, { keyPrefix: `${name}:` })
    onTestFinished(() => client.disconnect())
    await createRedisReplayStore(client).claim('prefixed', 60)
    expect(await (await connectedClient(server.url)).exists(`${name}:dpop:prefixed`)).toBe(1)
  })

  test('a client of redis 4 in its legacy mode answers by callback only: 503, nobody is admitted unasked', async () => {
    const legacy = createClient4({ url: server.url, legacyMode: true })
    const [client, end] = await connected(legacy, (each) => each.disconnect())
    onTestFinished(() => void end())
    await expect(createRedisReplayStore(client).claim('legacy', 60)).rejects.toThrow()
    await expect(prove(client)).rejects.toThrow()
  })
})

describe.skipIf(isWithoutRedis)('a client of a cluster grants a proof once, and revokes', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster()
  }, 60_000)
  afterAll(() => cluster?.close())

  /** A command that is not sent to the node with its key fails, instead of being sent on. */
  const direct = () => ({ rootNodes: cluster.nodes.map(({ url }) => ({ url })), maxCommandRedirections: 0 })
  const hosts = () => cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))

  const makers: Record<string, () => Promise<Made>> = {
    'redis 4': () => connected(createCluster4(direct()), (client) => client.disconnect()),
    'redis 5': () => connected(createCluster5(direct()), (client) => client.destroy()),
    'redis 6': () => connected(createCluster(direct()), (client) => client.destroy()),
    async ioredis() {
      const client = new IoredisCluster(hosts())
      return [client, () => client.disconnect()]
    },
    async iovalkey() {
      const client = new IovalkeyCluster(hosts())
      return [client, () => client.disconnect()]
    },
  }

  test.each(Object.entries(makers))('%s', async (_, make) => {
    const [client, end] = await make()
    onTestFinished(() => void end())
    for (const _ of [1, 2, 3]) await prove(client) // keys of several nodes
  })
})

const notConnected = new Error('Redis is not connected')
const nowhere = { url: 'redis://127.0.0.1:1' }

describe.each(both)('%s', (_, Client) => {
  test('rejects at once while it waits to connect again', async () => {
    const client = new Client(1, '127.0.0.1', { retryStrategy: () => 10_000 })
    onTestFinished(() => client.disconnect())
    await new Promise((resolve) => client.once('error', resolve))
    await expect.poll(() => client.status).toBe('reconnecting')
    await expect(createRedisReplayStore(client).claim('a', 60)).rejects.toThrow(notConnected)
  })

  test('rejects at once when it has just lost its connection', async () => {
    const answers: string[] = []
    const client = new Client(1, '127.0.0.1', {
      retryStrategy() {
        answers.push(client.status)
        const claim = createRedisReplayStore(client).claim('a', 60)
        claim.catch((error) => answers.push(error.message))
        return null // does not connect again
      },
    })
    client.on('error', () => {})
    await expect.poll(() => answers).toHaveLength(2)
    expect(answers).toEqual(['close', notConnected.message])
  })

  test('rejects at once when it was closed', async () => {
    const client = new Client({ lazyConnect: true })
    client.disconnect()
    await expect.poll(() => client.status).toBe('end')
    await expect(createRedisReplayStore(client).claim('a', 60)).rejects.toThrow(notConnected)
  })
})

describe.each([
  ['redis 4', () => createClient4(nowhere)],
  ['redis 5', () => createClient5(nowhere)],
  ['redis 6', () => createClient(nowhere)],
])('%s', (_, make) => {
  test('rejects at once when nobody connected it', async () => {
    await expect(createRedisReplayStore(make()).claim('a', 60)).rejects.toThrow(notConnected)
  })

  test('rejects at once while it has no connection', async () => {
    const client = make()
    client.on('error', () => {})
    client.connect().catch(() => {})
    onTestFinished(() => void client.disconnect())
    expect([client.isOpen, client.isReady]).toEqual([true, false])
    await expect(createRedisReplayStore(client).claim('a', 60)).rejects.toThrow(notConnected)
  })
})

const sentinelOptions = { name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }

test.each<[string, RedisClient]>([
  ['redis 5', createSentinel5(sentinelOptions)],
  ['redis 6', createSentinel(sentinelOptions)],
  ['ioredis', new Ioredis({ sentinels: [{ host: '127.0.0.1', port: 1 }], name: 'main', lazyConnect: true })],
])('a sentinel of %s is taken', (_, sentinel) => {
  expect(() => createRedisReplayStore(sentinel)).not.toThrow()
  expect(() => redisDenylist(sentinel)).not.toThrow()
})

const answer = async () => 'OK'

test.each([
  ['a Map', new Map()],
  ['nothing in it', {}],
  ['null', null],
  ['undefined', undefined],
  ['an address', 'redis://127.0.0.1:6379'],
  ['get and set alone', { get: answer, set: answer }],
  ['get, set and eval, but nothing that tells its kind', { get: answer, set: answer, eval: answer }],
  ['eval and sendCommand, but no isOpen', { sendCommand: answer, eval: answer }],
  ['an isOpen alone', { isOpen: true }],
  ['call, but no status', { call: answer }],
  ['a status alone', { status: 'ready' }],
  [
    'createScript, eval and sendCommand, but no isOpen',
    { createScript: answer, eval: answer, sendCommand: answer },
  ],
  ['sendCommand among other things', { sendCommand: answer, get: answer }],
  ['a sendCommand that is no function', { sendCommand: 'GET' }],
])('a client that is unknown is refused when the store is made: %s', (_, client) => {
  for (const make of [createRedisReplayStore, redisDenylist]) {
    expect(() => make(client as unknown as RedisClient)).toThrow(TypeError)
    expect(() => make(client as unknown as RedisClient)).toThrow(
      `${make.name} must be called with a client of redis, ioredis, iovalkey or @upstash/redis, or with { sendCommand }`,
    )
  }
})

test('a cluster of redis is told to revoke at a master, never at a replica', async () => {
  const commands: unknown[][] = []
  const sendCommand = async (...command: unknown[]) => {
    commands.push(command)
    return 'OK'
  }
  const cluster = { isOpen: true, masters: [], sendCommand, get: answer, set: answer, eval: answer }
  await redisDenylist(cluster).revokeSession('a')
  const key = expect.stringMatching(/^denylist:sid:/)
  const script = ['EVAL', expect.any(String), '1', key, 'Infinity', '2592000000']
  expect(commands).toEqual([[key, false, script]])
})

test('a sendCommand that forgets to return its answer rejects', async () => {
  const forgetful = { sendCommand: async () => undefined }
  const { auth } = mount({
    issuer: trusting({ ...jwk, alg: 'ES256' }),
    audience: messages,
    algorithms: ['ES256'],
  })
  const verified = await auth.verify(craft({ key, alg: 'ES256' }))
  await expect(createRedisReplayStore(forgetful).claim('a', 60)).rejects.toThrow('no answer')
  const { isRevoked, revokeToken } = redisDenylist(forgetful)
  await expect(isRevoked(verified)).rejects.toMatchObject({ code: 'revocation_unavailable' })
  await expect(revokeToken('a')).rejects.toThrow('no answer')
})
