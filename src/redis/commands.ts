import { wrong } from '../options/checks.js'
import type { SendCommand } from './client.js'

/** The commands that the stores need, whatever the client. */
export interface RedisCommands {
  get(key: string): Promise<unknown>
  /** `SET` with `NX` and `PX`: resolves with OK, or nothing when the key was there. */
  setOnce(key: string, milliseconds: number): Promise<unknown>
  /** Runs a script on one key, in one step. */
  evaluate(script: string, key: string, args: readonly string[]): Promise<unknown>
  /** Whether the client knows that it has no connection: it would queue commands without end. */
  isDown(): boolean
}

/**
 * The commands by a client that is known for how it takes options: an unknown one may ignore `NX`, answer OK all the
 * same, and so admit the same proof twice.
 *
 * @throws TypeError for an unknown client.
 */
export function redisCommands(client: unknown, name: string): RedisCommands {
  const known = KINDS.find(({ is }) => is((client ?? {}) as Members))
  if (known) return answering(known.commands(client as never))
  throw wrong(
    name,
    'called with a client of redis, ioredis, iovalkey or @upstash/redis, or with { sendCommand }',
    client,
  )
}

/**
 * A client that answers by callback, or a `sendCommand` without its `return`, resolves with undefined: taken for the
 * null of an absent key, it would lift every revocation.
 */
function answering({ get, setOnce, evaluate, isDown }: RedisCommands): RedisCommands {
  return {
    get: async (key) => defined(await get(key)),
    setOnce: async (key, milliseconds) => defined(await setOnce(key, milliseconds)),
    evaluate: async (script, key, args) => defined(await evaluate(script, key, args)),
    isDown,
  }
}

function defined(answer: unknown): unknown {
  if (answer !== undefined) return answer
  throw new Error('The Redis client resolved with undefined, which is no answer')
}

type Members = Readonly<Record<string, unknown>>

interface Kind {
  is(client: Members): boolean
  commands(client: never): RedisCommands
}

const has = (client: Members, ...methods: string[]) =>
  methods.every((name) => typeof client[name] === 'function')

const isNodeRedis = (client: Members) =>
  has(client, 'sendCommand', 'eval') && typeof client.isOpen === 'boolean'

const KINDS: readonly Kind[] = [
  { is: (client) => typeof client === 'function', commands: bySendCommand },
  { is: (client) => has(client, 'call') && typeof client.status === 'string', commands: byIoredis },
  { is: (client) => isNodeRedis(client) && Array.isArray(client.masters), commands: byNodeRedisCluster },
  { is: isNodeRedis, commands: byNodeRedis },
  { is: (client) => has(client, 'createScript', 'eval') && !has(client, 'sendCommand'), commands: byUpstash },
  {
    is: (client) => has(client, 'sendCommand') && Object.keys(client).length === 1,
    commands: ({ sendCommand }: { sendCommand: SendCommand }) => bySendCommand(sendCommand),
  },
]

function bySendCommand(send: SendCommand): RedisCommands {
  return {
    get: (key) => send('GET', key),
    setOnce: (key, milliseconds) => send('SET', key, '1', 'PX', String(milliseconds), 'NX'),
    evaluate: (script, key, args) => send('EVAL', script, '1', key, ...args),
    isDown: () => false,
  }
}

/** States in which it queues commands until it is connected again. */
const DOWN = ['close', 'reconnecting', 'end']

function byIoredis(client: { status: string; call: SendCommand }): RedisCommands {
  return {
    // in lower case, or iovalkey finds no key in the command: a prefix would be left out, and a cluster node guessed
    ...bySendCommand((name: string, ...args: string[]) => client.call(name.toLowerCase(), ...args)),
    isDown: () => DOWN.includes(client.status),
  }
}

interface NodeRedisCommands {
  readonly isOpen: boolean
  readonly isReady?: boolean
  get(key: string): Promise<unknown>
  set(key: string, value: string, options: { NX: true; PX: number }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

function byNodeRedis(client: NodeRedisCommands): RedisCommands {
  return {
    get: (key) => client.get(key),
    setOnce: (key, milliseconds) => client.set(key, '1', { NX: true, PX: milliseconds }),
    evaluate: (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] }),
    isDown: () => client.isReady === false || !client.isOpen,
  }
}

interface NodeRedisCluster extends NodeRedisCommands {
  sendCommand(firstKey: string, isReadonly: boolean, command: string[]): Promise<unknown>
}

/** The cluster client of `redis` 4 looks for the key of `eval` in the script, and asks any node that comes along. */
function byNodeRedisCluster(client: NodeRedisCluster): RedisCommands {
  return {
    ...byNodeRedis(client),
    evaluate: (script, key, args) => client.sendCommand(key, false, ['EVAL', script, '1', key, ...args]),
  }
}

interface UpstashCommands {
  get(key: string): Promise<unknown>
  set(key: string, value: string, options: { nx: true; px: number }): Promise<unknown>
  eval(script: string, keys: string[], args: string[]): Promise<unknown>
}

/** Every command is an HTTP request: there is no connection to be down. */
function byUpstash(client: UpstashCommands): RedisCommands {
  return {
    get: (key) => client.get(key),
    setOnce: (key, milliseconds) => client.set(key, '1', { nx: true, px: milliseconds }),
    evaluate: (script, key, args) => client.eval(script, [key], [...args]),
    isDown: () => false,
  }
}
