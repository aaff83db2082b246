import { seconds } from '../options/checks.js'
import { checked, type Fields, or } from '../options/schema.js'
import type { ReplayStore } from '../proof/replay-store.js'
import { createAsk } from './ask.js'
import type { RedisClient } from './client.js'
import { keyPrefix } from './key-prefix.js'

/**
 * How used proofs are kept.
 *
 * @example
 * const replayStore = createRedisReplayStore(redis, { prefix: 'messages:dpop:' })
 */
export interface RedisReplayStoreOptions {
  /** In front of every key. Default `dpop:`. */
  prefix?: string
  /** Longest wait for an answer of Redis, in seconds; then the request gets 503. Default 1, at most 60. */
  timeoutSeconds?: number
}

const FIELDS = {
  prefix: or('dpop:', keyPrefix),
  timeoutSeconds: or(1, seconds({ min: 'above 0', max: 60 })),
} satisfies Fields<RedisReplayStoreOptions>

/**
 * Remembers used proofs in Redis, for all machines that share it.
 *
 * Rejects, so that the request is answered 503, when Redis is down or slow. Does not connect the client, and does not
 * close it. Redis itself forgets every proof after its time.
 *
 * @param redis A client, or `{ sendCommand }`. Listen to its `error` events, or Node ends the process.
 * @throws TypeError naming the option that is wrong, and for an unknown client.
 * @see RFC 9449 §11.1
 *
 * @example
 * const redis = await createClient({ url: process.env.REDIS_URL }).on('error', console.error).connect()
 * app.use(requireAuth({ issuer, audience, dpop: { replayStore: createRedisReplayStore(redis) } }))
 */
export function createRedisReplayStore(
  redis: RedisClient,
  options: RedisReplayStoreOptions = {},
): ReplayStore {
  const { prefix, timeoutSeconds } = checked(FIELDS, options, { name: 'createRedisReplayStore' })
  const ask = createAsk(redis, 'createRedisReplayStore', timeoutSeconds)
  return {
    async claim(id, ttlSeconds) {
      const milliseconds = Math.max(1, Math.ceil(ttlSeconds * 1000)) // the store refuses 0
      const reply = await ask((commands) => commands.setOnce(prefix + id, milliseconds))
      return String(reply) === 'OK' // nothing when the key was there
    },
  }
}
