import { hash } from 'node:crypto'
import { outage } from '../errors.js'
import { createLruMap } from '../lru-map.js'
import { checkNames, notNegative, positive, wrong } from '../option-checks.js'
import type { Auth } from '../request.js'
import { ask, type Connection } from './ask.js'

/** What is used of a client or a cluster of the `redis` package (node-redis 4.6 or later). */
export interface DenylistRedis extends Connection {
  get(key: string): Promise<unknown>
  set(key: string, value: string, options: { PX: number }): Promise<unknown>
}

export interface RedisDenylistOptions {
  /** In front of every key. Default `denylist:`. */
  prefix?: string
  /**
   * How long a machine may go on with what it knows of a token, in seconds: so late a revocation made elsewhere takes
   * effect, and so seldom Redis is asked about a token in use. 0 asks at every request. Default 1.
   */
  maxStaleSeconds?: number
  /** How long Redis may take to answer, in seconds; then the request gets 503. Default 1. */
  timeoutSeconds?: number
  /** How long revocations of subjects, sessions and clients are kept, in seconds: no less than the longest life of a token. Default 30 days. */
  keepSeconds?: number
}

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

const DEFAULTS: Required<RedisDenylistOptions> = {
  prefix: 'denylist:',
  maxStaleSeconds: 1,
  timeoutSeconds: 1,
  keepSeconds: 2_592_000,
}

/** Longer than any clock is off: a token is taken for a little longer than its `exp`. */
const CLOCK_MARGIN_SECONDS = 300

/** "At all times": where the age of a token does not matter. */
const ALWAYS = Number.POSITIVE_INFINITY

/** What Redis said of a token, or is being asked. */
interface Known {
  readonly until: number
  answer: boolean | Promise<boolean>
}

/** Tokens that are remembered: as many as have a verdict by default. */
const MAX_KNOWN = 10_000

/**
 * Keeps revocations in Redis, for all machines that share it.
 *
 * What was found out about a token is kept with the token's remembered verdict for `maxStaleSeconds`; revocations made
 * here count at once. When Redis cannot tell, the request gets 503: nobody is admitted unasked. Entries hold no names,
 * only hashes, and no issuer: a `sub` of one issuer is revoked at all of them.
 *
 * @param redis A connected client or cluster. Listen to its `error` events, or Node ends the process.
 * @throws TypeError naming the option that is wrong.
 */
export function redisDenylist(redis: DenylistRedis, options: RedisDenylistOptions = {}): Denylist {
  const { prefix, maxStaleSeconds, timeoutSeconds, keepSeconds } = checked(options)
  let recent = createLruMap<Known>(MAX_KNOWN)

  const keyOf = (kind: string, id: string) => `${prefix}${kind}:${hash('sha256', id, 'base64url')}`

  async function lookUp({ claims, subject, clientId }: Auth): Promise<boolean> {
    const { jti, sid, iat } = claims
    const keys = Object.entries({ jti, sub: subject, sid, client: clientId })
      .filter((named): named is [string, string] => typeof named[1] === 'string')
      .map(([kind, id]) => keyOf(kind, id))
    const found = await ask(redis, timeoutSeconds, () => Promise.all(keys.map((key) => redis.get(key))))
    return found.some((issuedBefore) => issuedBefore !== null && !isIssuedSince(iat, Number(issuedBefore)))
  }

  async function lookUpOrFail(auth: Auth): Promise<boolean> {
    try {
      return await lookUp(auth)
    } catch (cause) {
      throw outage('revocation_unavailable', 1, cause)
    }
  }

  async function revoke(key: string, issuedBefore: number, seconds = keepSeconds): Promise<void> {
    const former = Number((await ask(redis, timeoutSeconds, () => redis.get(key))) ?? 0)
    const value = String(Math.max(former, issuedBefore)) // an earlier time must not lift a later one
    const milliseconds = Math.ceil(Math.max(seconds, CLOCK_MARGIN_SECONDS) * 1000)
    await ask(redis, timeoutSeconds, () => redis.set(key, value, { PX: milliseconds }))
    recent = createLruMap(MAX_KNOWN)
  }

  return {
    isRevoked(auth) {
      const digest = hash('sha256', auth.token, 'base64url')
      const known = recent.get(digest)
      if (known && Date.now() < known.until) return known.answer
      const answer = lookUpOrFail(auth)
      const entry: Known = { until: Date.now() + maxStaleSeconds * 1000, answer }
      const memory = recent
      memory.set(digest, entry)
      answer.then(
        (revoked) => {
          entry.answer = revoked // from now on without a turn of the event loop
        },
        () => memory.delete(digest),
      )
      return answer
    },
    async revokeToken(jti, expiresAt) {
      const key = keyOf('jti', named('jti', jti))
      if (expiresAt === undefined) return revoke(key, ALWAYS)
      const seconds = epochSeconds('expiresAt', expiresAt) - Date.now() / 1000
      await revoke(key, ALWAYS, seconds + CLOCK_MARGIN_SECONDS)
    },
    async revokeSubject(subject, issuedBefore = untilNow()) {
      await revoke(keyOf('sub', named('subject', subject)), epochSeconds('issuedBefore', issuedBefore))
    },
    async revokeSession(sid) {
      await revoke(keyOf('sid', named('sid', sid)), ALWAYS)
    },
    async revokeClient(clientId, issuedBefore = untilNow()) {
      await revoke(keyOf('client', named('clientId', clientId)), epochSeconds('issuedBefore', issuedBefore))
    },
  }
}

/** What cannot be compared is revoked. */
function isIssuedSince(iat: number | undefined, issuedBefore: number): boolean {
  return iat !== undefined && iat >= issuedBefore
}

/** `iat` is in whole seconds: tokens of the running one count as issued before. */
function untilNow(): number {
  return Math.floor(Date.now() / 1000) + 1
}

function checked(options: RedisDenylistOptions): Required<RedisDenylistOptions> {
  checkNames('redisDenylist', options, Object.keys(DEFAULTS))
  const given = { ...DEFAULTS, ...options }
  notNegative('maxStaleSeconds', given.maxStaleSeconds)
  positive('timeoutSeconds', given.timeoutSeconds)
  positive('keepSeconds', given.keepSeconds)
  return given
}

function named(name: string, id: unknown): string {
  if (typeof id === 'string' && id !== '') return id
  throw new TypeError(`${name} must be a non-empty string`)
}

/** Milliseconds would revoke every token to come. */
function epochSeconds(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 100_000_000_000) return value
  throw wrong(name, 'a time in epoch seconds', value)
}
