import { createClient } from 'redis'
import { requireAuth } from '../../../../dist/index.js'
import { redisDenylist } from '../../../../dist/redis/index.js'

export const title = 'express-require-auth'
export const packages = ['redis']

/** `variant` is `maxStaleSeconds`. */
export async function protect({ issuer, audience, redisUrl }, variant) {
  const redis = await createClient({ url: redisUrl }).connect()
  const { isRevoked } = redisDenylist(redis, { maxStaleSeconds: Number(variant) })
  return requireAuth({ issuer, audience, isRevoked })
}
