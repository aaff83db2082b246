/**
 * Sends one command as it stands, such as `sendCommand('GET', key)`: the convention of rate-limit-redis.
 *
 * @example
 * const send: SendCommand = (...command) => client.sendCommand(command)
 */
export type SendCommand = (...command: string[]) => Promise<unknown>

/** Every function: clients declare their methods by overloads that nothing narrower fits. */
type AnyMethod = (...args: never) => unknown

/**
 * A client, pool, cluster or sentinel of `redis` (node-redis 4.6 or later).
 *
 * @example
 * const client: NodeRedisClient = await createClient().on('error', console.error).connect()
 */
export interface NodeRedisClient {
  /** Whether `connect()` was called and the client not closed since. */
  readonly isOpen: boolean
  /** False while the connection is down. */
  readonly isReady?: boolean
  /** The command `GET`. */
  readonly get: AnyMethod
  /** The command `SET`. */
  readonly set: AnyMethod
  /** The command `EVAL`. */
  readonly eval: AnyMethod
}

/**
 * A client or cluster of `ioredis` or `iovalkey`.
 *
 * @example
 * const client: IoredisClient = new Redis(process.env.REDIS_URL)
 */
export interface IoredisClient {
  /** The state of the connection, such as `ready`. */
  readonly status: string
  /** Sends any command. */
  readonly call: AnyMethod
}

/**
 * A client of `@upstash/redis`.
 *
 * @example
 * const client: UpstashClient = Redis.fromEnv()
 */
export interface UpstashClient {
  /** The command `GET`. */
  readonly get: AnyMethod
  /** The command `SET`. */
  readonly set: AnyMethod
  /** The command `EVAL`. */
  readonly eval: AnyMethod
  /** Makes a script: what tells this client from others. */
  readonly createScript: AnyMethod
}

/**
 * What the stores can be made with. Every other client is used by a function that sends a command.
 *
 * @example
 * createRedisReplayStore({ sendCommand: (...command) => client.send(command) })
 */
export type RedisClient =
  | NodeRedisClient
  | IoredisClient
  | UpstashClient
  | SendCommand
  | { readonly sendCommand: SendCommand }
