import type { RedisClient } from './client.js'
import { type RedisCommands, redisCommands } from './commands.js'

/** Sends commands, and rejects when Redis is down or slow. */
export type AskRedis = <T>(send: (redis: RedisCommands) => Promise<T>) => Promise<T>

/**
 * @param name What an unknown client is reported for.
 * @param timeoutSeconds Longest wait for an answer.
 * @throws TypeError for an unknown client.
 */
export function createAsk(client: RedisClient, name: string, timeoutSeconds: number): AskRedis {
  const commands = redisCommands(client, name)
  return async (send) => {
    if (commands.isDown()) throw new Error('Redis is not connected')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Redis did not answer in time')), timeoutSeconds * 1000)
    })
    try {
      return await Promise.race([send(commands), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
