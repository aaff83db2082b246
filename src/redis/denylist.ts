import { hash } from 'node:crypto'
import type { Auth } from '../auth.js'
import { createLruMap } from '../lru-map.js'
import { seconds, text, wrong } from '../options/checks.js'
import { checked, type Fields, or } from '../options/schema.js'
import { outage } from '../refusal/errors.js'
import { type AskRedis, createAsk } from './ask.js'
import type { RedisClient } from './client.js'
import { keyPrefix } from './key-prefix.js'

/**
 * How revocations are kept.
 *
 * @example
 * const denylist = redisDenylist(redis, { maxStaleSeconds: 0 })
 */
export interface RedisDenylistOptions {
  /** In front of every key. Default `denylist:`. */
  prefix?: string
  /**
   * How long a machine uses what it knows of a token, in seconds: a revocation made elsewhere takes effect that late,
   * and Redis is asked that seldom about a token in use. 0 asks at every request. Default 1, at most 300.
   */
  maxStaleSeconds?: number
  /** Longest wait for an answer of Redis, in seconds; then the request gets 503. Default 1, at most 60. */
  timeoutSeconds?: number
  /** How long revocations of subjects, sessions and clients are kept, in seconds: no less than the longest life of a token. Default 30 days, at most 366. */
  keepSeconds?: number
}

/**
 * Revocations that all machines see.
 *
 * @example
 * const denylist: Denylist = redisDenylist(redis)
 * await denylist.revokeSession(claims.sid)
 */
export interface Denylist {
  /** For the option `isRevoked`. @throws `revocation_unavailable` when Redis is down or slow. */
  isRevoked(auth: Auth): boolean | Promise<boolean>
  /** One token, by its `jti`; kept until `expiresAt`, in epoch seconds. */
  revokeToken(jti: string, expiresAt?: number): Promise<void>
  /** All tokens of a `sub` issued before `issuedBefore`, in epoch seconds. Default: until now. */
  revokeSubject(subject: string, issuedBefore?: number): Promise<void>
  /** All tokens of a log-in, by their `sid`. */
  revokeSession(sid: string): Promise<void>
  /** All tokens of a client issued before `issuedBefore`, in epoch seconds. Default: until now. */
  revokeClient(clientId: string, issuedBefore?: number): Promise<void>
}

const FIELDS = {
  prefix: or('denylist:', keyPrefix),
  maxStaleSeconds: or(1, seconds({ max: 300 })),
  timeoutSeconds: or(1, seconds({ min: 'above 0', max: 60 })),
  keepSeconds: or(2_592_000, seconds({ min: 'above 0', max: 31_622_400 })),
} satisfies Fields<RedisDenylistOptions>

/**
 * Keeps the later time and the longer life of what is there and what is new, in one step: an earlier revocation must
 * not lift a later one, whoever comes last.
 */
const REVOKE = `
local function number(text) return text == 'Infinity' and math.huge or tonumber(text) end
local value, life = ARGV[1], tonumber(ARGV[2])
local former, left = redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])
if former and number(former) > number(value) then value = former end
if former and left < 0 then return redis.call('SET', KEYS[1], value) end
return redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', math.max(life, left)))
`

/** Longer than any clock is off: a token is taken for a little longer than its `exp`. */
const CLOCK_MARGIN_SECONDS = 300

/** Revokes tokens of every age. */
const ALWAYS = Number.POSITIVE_INFINITY

/** What Redis answered about a token, or is being asked. */
interface Known {
  /** On the monotonic clock. */
  readonly until: number
  answer: boolean | Promise<boolean>
}

/** Tokens that are remembered: as many as have a verdict by default. */
const MAX_KNOWN = 10_000

/**
 * Keeps revocations in Redis, for all machines that share it.
 *
 * What was found out about a token is used for `maxStaleSeconds`; revocations made here count at once. When Redis
 * cannot tell, the request gets 503: nobody is admitted unasked. Entries hold no names, only hashes, and no issuer: a
 * `sub` of one issuer is revoked at all of them.
 *
 * @param redis A client, or `{ sendCommand }`. Listen to its `error` events, or Node ends the process.
 * @throws TypeError naming the option that is wrong, and for an unknown client.
 *
 * @example
 * const denylist = redisDenylist(redis)
 * app.use(requireAuth({ issuer, audience, isRevoked: denylist.isRevoked }))
 * app.post('/logout-everywhere', async (req, res) => {
 *   await denylist.revokeSubject(getAuth(req).subject ?? '')
 *   res.sendStatus(204)
 * })
 */
export function redisDenylist(redis: RedisClient, options: RedisDenylistOptions = {}): Denylist {
  const { prefix, maxStaleSeconds, timeoutSeconds, keepSeconds } = checked(FIELDS, options, {
    name: 'redisDenylist',
  })
  const ask = createAsk(redis, 'redisDenylist', timeoutSeconds)
  const memory = createMemory(maxStaleSeconds)
  const keyOf = (kind: string, id: string) => `${prefix}${kind}:${hash('sha256', id, 'base64url')}`

  async function revoke(key: string, issuedBefore: number, lifeSeconds = keepSeconds): Promise<void> {
    const milliseconds = Math.ceil(Math.max(lifeSeconds, CLOCK_MARGIN_SECONDS) * 1000)
    await ask((commands) => commands.evaluate(REVOKE, key, [String(issuedBefore), String(milliseconds)]))
    memory.clear()
  }

  return {
    isRevoked: (auth) => memory.recall(auth.token, () => lookUp(auth, ask, keyOf)),
    async revokeToken(jti, expiresAt) {
      const key = keyOf('jti', text(jti, 'jti'))
      if (expiresAt === undefined) return revoke(key, ALWAYS)
      const lifeSeconds = epochSeconds('expiresAt', expiresAt) - Date.now() / 1000
      await revoke(key, ALWAYS, lifeSeconds + CLOCK_MARGIN_SECONDS)
    },
    async revokeSubject(subject, issuedBefore = untilNow()) {
      await revoke(keyOf('sub', text(subject, 'subject')), epochSeconds('issuedBefore', issuedBefore))
    },
    async revokeSession(sid) {
      await revoke(keyOf('sid', text(sid, 'sid')), ALWAYS)
    },
    async revokeClient(clientId, issuedBefore = untilNow()) {
      await revoke(keyOf('client', text(clientId, 'clientId')), epochSeconds('issuedBefore', issuedBefore))
    },
  }
}

type KeyOf = (kind: string, id: string) => string

/** @throws `revocation_unavailable`: whoever cannot be looked up is not admitted */
async function lookUp({ claims, subject, clientId }: Auth, ask: AskRedis, keyOf: KeyOf): Promise<boolean> {
  const { jti, sid, iat } = claims
  const keys = Object.entries({ jti, sub: subject, sid, client: clientId })
    .filter((named): named is [string, string] => typeof named[1] === 'string')
    .map(([kind, id]) => keyOf(kind, id))
  try {
    const found = await ask((commands) => Promise.all(keys.map((key) => commands.get(key))))
    return found.some((issuedBefore) => issuedBefore !== null && !isIssuedSince(iat, Number(issuedBefore)))
  } catch (cause) {
    throw outage('revocation_unavailable', 1, cause)
  }
}

/** What is known of tokens, by their digest. An answer that is awaited is shared; afterwards it comes at once. */
function createMemory(maxStaleSeconds: number) {
  let recent = createLruMap<Known>(MAX_KNOWN)
  return {
    recall(token: string, lookUpToken: () => Promise<boolean>): boolean | Promise<boolean> {
      const digest = hash('sha256', token, 'base64url')
      const known = recent.get(digest)
      if (known && performance.now() < known.until) return known.answer
      const answer = lookUpToken()
      const entry: Known = { until: performance.now() + maxStaleSeconds * 1000, answer }
      const memory = recent
      memory.set(digest, entry)
      answer.then(
        (revoked) => {
          entry.answer = revoked
        },
        () => memory.delete(digest),
      )
      return answer
    },
    clear() {
      recent = createLruMap(MAX_KNOWN)
    },
  }
}

/** A token without `iat` cannot be compared, and counts as revoked. */
function isIssuedSince(iat: number | undefined, issuedBefore: number): boolean {
  return Number(iat) >= issuedBefore
}

/** `iat` is in whole seconds: tokens of the running one count as issued before. */
function untilNow(): number {
  return Math.floor(Date.now() / 1000) + 1
}

/** Milliseconds would revoke every token to come. */
function epochSeconds(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 100_000_000_000) return value
  throw wrong(name, 'a time in epoch seconds', value)
}
