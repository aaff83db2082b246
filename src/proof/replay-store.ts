import { positiveInteger } from '../options/checks.js'
import { checked, type Fields, or } from '../options/schema.js'

/**
 * Where used proofs are remembered. Share one between machines that serve one API.
 *
 * @example
 * const replayStore: ReplayStore = {
 *   claim: async (id, ttlSeconds) => (await memcached.add(id, '1', Math.ceil(ttlSeconds))) === 'STORED',
 * }
 */
export interface ReplayStore {
  /**
   * Remembers `id` for `ttlSeconds`; resolves `false` when it was already known. In one step: of any number of
   * simultaneous calls with one `id`, a single one may resolve `true`.
   *
   * Rejects when it cannot tell: the request is then answered 503.
   */
  claim(id: string, ttlSeconds: number): Promise<boolean>
}

/**
 * How much is remembered in this process.
 *
 * @example
 * const replayStore = createMemoryReplayStore({ maxEntries: 100_000 })
 */
export interface MemoryReplayStoreOptions {
  /** Most proofs remembered. When it is full of unexpired ones, further requests get 503. Default 1000000. */
  maxEntries?: number
}

const FIELDS = { maxEntries: or(1_000_000, positiveInteger) } satisfies Fields<MemoryReplayStoreOptions>

const SLICE_SECONDS = 10

/** Proofs that end in the same ten seconds. */
interface Slice {
  readonly ids: string[]
  /** The epoch second by which all of them ended. */
  endsAt: number
}

/**
 * Remembers used proofs in this process only.
 *
 * Never forgets a proof before its time: a proof without room is not admitted, since whoever has many proofs could
 * otherwise push out the one to be replayed. Its time is over when both the monotonic clock and the wall clock say so:
 * a wall clock that is set back makes old proofs acceptable again. Proofs are forgotten in slices of ten seconds.
 *
 * @throws TypeError naming the option that is wrong.
 *
 * @example
 * requireAuth({ issuer, audience, dpop: { replayStore: createMemoryReplayStore({ maxEntries: 100_000 }) } })
 */
export function createMemoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const { maxEntries } = checked(FIELDS, options, { name: 'createMemoryReplayStore' })
  const known = new Set<string>()
  const slices = new Map<number, Slice>()
  let purgedIn = Number.NEGATIVE_INFINITY

  function forgetEnded(current: number, now: number): void {
    if (current === purgedIn) return
    purgedIn = current
    for (const [number, { ids, endsAt }] of slices) {
      if (number >= current || endsAt > now) continue
      for (const id of ids) known.delete(id)
      slices.delete(number)
    }
  }

  function remember(id: string, number: number, endsAt: number): void {
    known.add(id)
    const slice = slices.get(number)
    if (!slice) {
      slices.set(number, { ids: [id], endsAt })
      return
    }
    slice.ids.push(id)
    slice.endsAt = Math.max(slice.endsAt, endsAt)
  }

  return {
    async claim(id, ttlSeconds) {
      const [steady, now] = [performance.now() / 1000, Date.now() / 1000]
      forgetEnded(Math.floor(steady / SLICE_SECONDS), now)
      if (known.has(id)) return false
      if (known.size >= maxEntries) throw new Error('the replay store is full')
      remember(id, Math.floor((steady + ttlSeconds) / SLICE_SECONDS), now + ttlSeconds)
      return true
    },
  }
}
