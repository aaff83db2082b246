/**
 * Stores in Redis, for an API that runs in several processes: replayed proofs, and tokens that were revoked.
 *
 * @module express-require-auth/redis
 */
export type { IoredisClient, NodeRedisClient, RedisClient, SendCommand, UpstashClient } from './client.js'
export { type Denylist, type RedisDenylistOptions, redisDenylist } from './denylist.js'
export { createRedisReplayStore, type RedisReplayStoreOptions } from './replay-store.js'
