import { positiveInteger } from '../option-checks.js'

/** Where used proofs are remembered. Share one between machines that serve one API. */
export interface ReplayStore {
  /**
   * Remembers `id` for `ttlSeconds`; resolves `false` when it was already known. In one step: of any number of
   * simultaneous calls with one `id`, a single one may resolve `true`.
   *
   * Rejects when it cannot tell: the request is then answered 503.
   */
  claim(id: string, ttlSeconds: number): Promise<boolean>
}

export interface MemoryReplayStoreOptions {
  /** Most proofs remembered. When it is full of unexpired ones, further requests get 503. Default 1000000. */
  maxEntries?: number
}

const SLICE_SECONDS = 10

/**
 * Remembers used proofs in this process only.
 *
 * Never forgets a proof before its time: one that it has no room for is not admitted, since making room would let
 * somebody with many proofs push out the one to be replayed. Proofs are forgotten in slices of ten seconds.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function createMemoryReplayStore({
  maxEntries = 1_000_000,
}: MemoryReplayStoreOptions = {}): ReplayStore {
  positiveInteger('maxEntries', maxEntries)
  const known = new Set<string>()
  const slices = new Map<number, string[]>()
  let purgedUntil = 0

  function forgetEnded(slice: number): void {
    if (slice <= purgedUntil) return
    purgedUntil = slice
    for (const [end, ids] of slices) {
      if (end >= slice) continue
      for (const id of ids) known.delete(id)
      slices.delete(end)
    }
  }

  function remember(id: string, slice: number): void {
    known.add(id)
    const ids = slices.get(slice)
    if (ids) ids.push(id)
    else slices.set(slice, [id])
  }

  return {
    async claim(id, ttlSeconds) {
      const now = Date.now() / 1000
      forgetEnded(Math.floor(now / SLICE_SECONDS))
      if (known.has(id)) return false
      if (known.size >= maxEntries) throw new Error('the replay store is full')
      remember(id, Math.floor((now + ttlSeconds) / SLICE_SECONDS))
      return true
    },
  }
}
