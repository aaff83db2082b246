export type { IoredisClient, NodeRedisClient, RedisClient, SendCommand, UpstashClient } from './client.js'
export { type Denylist, type RedisDenylistOptions, redisDenylist } from './denylist.js'
export { createRedisReplayStore, type RedisReplayStoreOptions } from './replay-store.js'
