import { createHash } from 'node:crypto'
import { type RedisDenylistOptions, redisDenylist } from 'express-require-auth/redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { craft, craftKey, goodClaims, trusting } from '../craft.js'
import { answerOf, tokenRefused, unavailable } from '../refused.js'
import { messages, mount } from '../setup.js'
import { connectedClient, isWithoutRedis, type RedisServer, startRedis } from './redis-server.js'

const { privateKey: key, jwk } = craftKey('ec')
const issuer = trusting({ ...jwk, alg: 'ES256' })
const now = () => Math.floor(Date.now() / 1000)
const revoked = tokenRefused('token_revoked', 'The access token was revoked')
const revocationUnavailable = unavailable(
  'revocation_unavailable',
  'The list of revoked tokens is unavailable',
)

let names = 0

/** Claims that no other test shares. */
function claimsOf(changes: Record<string, unknown> = {}) {
  names += 1
  const ids = { jti: `jti-${names}`, sub: `sub-${names}`, sid: `sid-${names}`, client_id: `client-${names}` }
  return { ...goodClaims({ ...ids, ...changes }), sid: ids.sid }
}

const signed = new Map<unknown, string>()

/** The same token for the same claims, though no signature of the algorithm is like another. */
function tokenOf(claims: Record<string, unknown>): string {
  const token = signed.get(claims) ?? craft({ key, alg: 'ES256', claims })
  signed.set(claims, token)
  return token
}

describe.skipIf(isWithoutRedis)('the denylist in Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.close())

  const connect = (url = server.url) => connectedClient(url)

  /** An API, and another machine that shares its Redis. */
  async function setup(options: RedisDenylistOptions = { maxStaleSeconds: 0 }, url = server.url) {
    const redis = await connect(url)
    const denylist = redisDenylist(redis, options)
    const elsewhere = redisDenylist(await connect(url), options)
    const guard = {
      issuer,
      audience: messages,
      algorithms: ['ES256' as const],
      isRevoked: denylist.isRevoked,
    }
    const { auth, get } = mount(guard)
    const ask = async (claims: Record<string, unknown>) => answerOf(await get(tokenOf(claims)))
    const status = async (claims: Record<string, unknown>) => (await ask(claims)).status
    return { redis, denylist, elsewhere, auth, ask, status }
  }

  test('a token that nobody revoked is admitted', async () => {
    const { status } = await setup()
    expect(await status(claimsOf())).toBe(200)
  })

  test('one token is revoked by its jti, and no other', async () => {
    const { elsewhere, ask, status } = await setup()
    const claims = claimsOf()
    await elsewhere.revokeToken(claims.jti, claims.exp)
    expect(await ask(claims)).toEqual(revoked)
    expect(await status({ ...claims, jti: 'another' })).toBe(200)
  })

  test('all tokens of a subject are revoked that were issued before', async () => {
    const { elsewhere, ask, status } = await setup()
    const claims = claimsOf()
    await elsewhere.revokeSubject(claims.sub, claims.iat)
    expect(await ask({ ...claims, iat: claims.iat - 1 })).toEqual(revoked)
    expect(await status(claims)).toBe(200)
    expect(await status(claimsOf({ iat: claims.iat - 1 }))).toBe(200)
  })

  test('without a time they are revoked until now, the running second included', async () => {
    const { elsewhere, ask, status } = await setup()
    const claims = claimsOf()
    await elsewhere.revokeSubject(claims.sub)
    expect(await ask(claims)).toEqual(revoked)
    expect(await status({ ...claims, iat: now() + 2 })).toBe(200)
  })

  test('a token that does not say when it was issued counts as issued before', async () => {
    const { elsewhere, ask } = await setup()
    const claims = claimsOf({ iat: undefined })
    await elsewhere.revokeSubject(claims.sub, 1000)
    expect(await ask(claims)).toEqual(revoked)
  })

  test('an earlier time does not lift a later one', async () => {
    const { elsewhere, ask } = await setup()
    const claims = claimsOf()
    await elsewhere.revokeSubject(claims.sub)
    await elsewhere.revokeSubject(claims.sub, 1000)
    expect(await ask(claims)).toEqual(revoked)
  })

  test('an earlier time does not lift a later one, whoever comes last', async () => {
    const { redis, elsewhere, denylist } = await setup({ prefix: 'round:' })
    const later = now()
    const rounds = Array.from({ length: 300 }, (_, round) =>
      Promise.all([
        denylist.revokeSubject(`user-${round}`, later),
        elsewhere.revokeSubject(`user-${round}`, 1000),
        elsewhere.revokeSubject(`user-${round}`, later - 1),
      ]),
    )
    await Promise.all(rounds)
    const keys = await redis.keys('round:*')
    const times = await Promise.all(keys.map((key) => redis.get(key)))
    expect(keys).toHaveLength(300)
    expect(new Set(times)).toEqual(new Set([String(later)]))
  })

  test('a token that is revoked for longer is not let go sooner, whoever comes last', async () => {
    const { redis, elsewhere, denylist } = await setup({ prefix: 'long:', keepSeconds: 86_400 })
    const rounds = Array.from({ length: 100 }, (_, round) =>
      Promise.all([
        denylist.revokeToken(`token-${round}`),
        elsewhere.revokeToken(`token-${round}`, now() + 60),
        elsewhere.revokeToken(`token-${round}`, now() - 60),
      ]),
    )
    await Promise.all(rounds)
    const lives = await Promise.all((await redis.keys('long:*')).map((key) => redis.ttl(key)))
    expect(lives).toHaveLength(100)
    expect(Math.min(...lives)).toBeGreaterThan(86_000)
  })

  test('a key that was made to stay stays', async () => {
    const { redis, denylist } = await setup({ prefix: 'stay:' })
    await denylist.revokeSession('a')
    const [key = ''] = await redis.keys('stay:*')
    await redis.persist(key)
    await denylist.revokeSession('a')
    expect([await redis.ttl(key), await redis.get(key)]).toEqual([-1, 'Infinity'])
  })

  test('a token that does not say when it was issued is admitted while nobody revoked it', async () => {
    const { status } = await setup()
    expect(await status(claimsOf({ iat: undefined }))).toBe(200)
  })

  test('all tokens of a log-in are revoked by their sid', async () => {
    const { elsewhere, ask, status } = await setup()
    const claims = claimsOf()
    await elsewhere.revokeSession(claims.sid)
    expect(await ask({ ...claims, jti: 'another' })).toEqual(revoked)
    expect(await status({ ...claims, sid: 'another' })).toBe(200)
  })

  test.each([['client_id'], ['azp']])('all tokens of a client are revoked, named by %s', async (claim) => {
    const { elsewhere, ask, status } = await setup()
    const client = `client-of-${claim}`
    await elsewhere.revokeClient(client)
    expect(await ask(claimsOf({ client_id: undefined, [claim]: client }))).toEqual(revoked)
    expect(await status(claimsOf({ client_id: undefined, [claim]: client, iat: now() + 2 }))).toBe(200)
  })

  test('names of one kind do not revoke those of another', async () => {
    const { elsewhere, status } = await setup()
    const claims = claimsOf({ jti: 'same' })
    await elsewhere.revokeSubject('same')
    await elsewhere.revokeSession('same')
    await elsewhere.revokeClient('same')
    expect(await status(claims)).toBe(200)
  })

  test('entries end: those of a token with it, others with the longest life of one', async () => {
    const { redis, denylist } = await setup({ prefix: 'ttl:', keepSeconds: 7200 })
    await denylist.revokeToken('a', now() + 600)
    await denylist.revokeSession('b')
    const left: Record<string, number> = {}
    for await (const keys of redis.scanIterator({ MATCH: 'ttl:*' }))
      for (const each of keys) left[each.slice(0, 8)] = await redis.ttl(each)
    expect(left['ttl:jti:']).toBeGreaterThan(880)
    expect(left['ttl:jti:']).toBeLessThanOrEqual(900) // five minutes for clocks that differ
    expect(left['ttl:sid:']).toBeGreaterThan(7180)
  })

  test('Redis holds no name, only the kind and the SHA-256 hash of it', async () => {
    const own = await startRedis()
    onTestFinished(own.close)
    const { redis, denylist } = await setup({}, own.url)
    await denylist.revokeToken('ada@northwind.com')
    await denylist.revokeSubject('ada@northwind.com')
    await denylist.revokeSession('ada@northwind.com')
    await denylist.revokeClient('ada@northwind.com')
    const digest = createHash('sha256').update('ada@northwind.com').digest('base64url')
    const kinds = ['client', 'jti', 'sid', 'sub']
    expect((await redis.keys('*')).toSorted()).toEqual(kinds.map((kind) => `denylist:${kind}:${digest}`))
  })

  describe('what is known of a token', () => {
    test('is kept for maxStaleSeconds, and told at once', async () => {
      vi.useFakeTimers({ toFake: ['Date', 'performance'] })
      onTestFinished(() => void vi.useRealTimers())
      const { auth, denylist, elsewhere, ask, status } = await setup({ maxStaleSeconds: 30 })
      const claims = claimsOf()
      expect(await status(claims)).toBe(200)
      await elsewhere.revokeToken(claims.jti)
      vi.advanceTimersByTime(29_900)
      expect(await status(claims)).toBe(200)
      expect(denylist.isRevoked(await auth.verify(tokenOf(claims)))).toBe(false)
      vi.advanceTimersByTime(100)
      expect(await ask(claims)).toEqual(revoked)
    })

    test('is kept no longer when the wall clock is set back', async () => {
      vi.useFakeTimers({ toFake: ['Date', 'performance'] })
      onTestFinished(() => void vi.useRealTimers())
      const { elsewhere, ask, status } = await setup({ maxStaleSeconds: 30 })
      const claims = claimsOf()
      expect(await status(claims)).toBe(200)
      await elsewhere.revokeToken(claims.jti)
      vi.setSystemTime(Date.now() - 3_600_000)
      vi.advanceTimersByTime(29_900)
      expect(await status(claims)).toBe(200)
      vi.advanceTimersByTime(100)
      expect(await ask(claims)).toEqual(revoked)
    })

    test('is one question for requests at the same time', async () => {
      const redis = await connect()
      let questions = 0
      const { isRevoked } = redisDenylist((...command) => {
        questions += 1
        return redis.sendCommand(command)
      })
      const { auth } = mount({ issuer, audience: messages, algorithms: ['ES256'] })
      const verified = await auth.verify(tokenOf(claimsOf()))
      expect(await Promise.all([isRevoked(verified), isRevoked(verified)])).toEqual([false, false])
      expect(questions).toBe(4) // jti, sub, sid, client_id
    })

    test('is forgotten at once by a revocation made here', async () => {
      const { denylist, ask, status } = await setup({ maxStaleSeconds: 60 })
      const claims = claimsOf()
      expect(await status(claims)).toBe(200)
      await denylist.revokeToken(claims.jti)
      expect(await ask(claims)).toEqual(revoked)
    })
  })

  test('when Redis is down the answer is 503, and nobody is admitted unasked', async () => {
    const own = await startRedis()
    onTestFinished(own.close)
    const { ask, denylist } = await setup({ maxStaleSeconds: 0 }, own.url)
    const claims = claimsOf()
    expect((await ask(claims)).status).toBe(200)
    await own.kill()
    expect(await ask(claims)).toEqual(revocationUnavailable)
    await expect(denylist.revokeToken('a')).rejects.toThrow()
    await own.start()
    await expect.poll(async () => (await ask(claims)).status).toBe(200)
  })

  test('when Redis hangs the answer is 503, and the next request asks again', async () => {
    const own = await startRedis()
    onTestFinished(own.close)
    const { ask } = await setup({ maxStaleSeconds: 60, timeoutSeconds: 0.2 }, own.url)
    const claims = claimsOf()
    own.freeze()
    const answer = await ask(claims)
    own.thaw()
    expect(answer).toEqual(revocationUnavailable)
    await expect.poll(async () => (await ask(claims)).status).toBe(200)
  })
})

const nowhere = async () => null

test.each([
  [{ timeoutSeconds: undefined }],
  [{ prefix: undefined, maxStaleSeconds: undefined, keepSeconds: undefined }],
  [undefined],
])('the options %o count as not given', (options) => {
  expect(() => redisDenylist(nowhere, options as unknown as RedisDenylistOptions)).not.toThrow()
})
