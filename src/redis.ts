import { positive } from './option-checks.js'
import type { ReplayStore } from './proof/replay-store.js'
import { ask, type Connection } from './redis/ask.js'

export type { Denylist, DenylistRedis, RedisDenylistOptions } from './redis/denylist.js'
export { redisDenylist } from './redis/denylist.js'

/** What is used of a client or a cluster of the `redis` package (node-redis 4.6 or later). */
export interface RedisLike extends Connection {
  set(key: string, value: string, options: { NX: true; PX: number }): Promise<unknown>
}

export interface RedisReplayStoreOptions {
  /** In front of every key. Default `dpop:`. */
  prefix?: string
  /** How long Redis may take to answer, in seconds; then the request gets 503. Default 1. */
  timeoutSeconds?: number
}

/**
 * Remembers used proofs in Redis, for all machines that share it.
 *
 * Rejects, so that the request is answered 503, when Redis is down or slow. Does not connect the client, and does not
 * close it. Redis itself forgets every proof after its time.
 *
 * @param redis A connected client or cluster. Listen to its `error` events, or Node ends the process.
 * @throws TypeError naming the option that is wrong.
 * @see RFC 9449 §11.1
 */
export function createRedisReplayStore(
  redis: RedisLike,
  { prefix = 'dpop:', timeoutSeconds = 1 }: RedisReplayStoreOptions = {},
): ReplayStore {
  positive('timeoutSeconds', timeoutSeconds)
  return {
    async claim(id, ttlSeconds) {
      const milliseconds = Math.max(1, Math.ceil(ttlSeconds * 1000)) // the store refuses 0
      const reply = await ask(redis, timeoutSeconds, () =>
        redis.set(prefix + id, '1', { NX: true, PX: milliseconds }),
      )
      return String(reply) === 'OK' // null when the key was there
    },
  }
}
