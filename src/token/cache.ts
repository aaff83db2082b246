import type { JsonObject } from '../compact-jws.js'
import { createLruMap } from '../lru-map.js'
import type { Auth } from '../request.js'
import { readVerified, type Verdict } from './jwt.js'

/** Verdicts on JWTs, by the digest of the token. Bounded: the one unused longest goes first. */
export interface VerdictCache {
  /** Undefined too for one that ended: by time, by withdrawal of its key, by keys too old to be trusted. */
  get(digest: string): Verdict | undefined
  set(digest: string, verdict: Verdict): void
}

/**
 * A verdict as it is kept after a token's first use, without what the token says: read anew, once, on its second use.
 * Many tokens never have one, and a flood of them would fill the heap with some thirty objects each.
 */
interface Entry extends Pick<Verdict, 'issuer' | 'key' | 'endsAt'> {
  readonly token: string
  readonly header: JsonObject
  auth: Auth | undefined
}

export function createVerdictCache(maxEntries: number): VerdictCache {
  const entries = createLruMap<Entry>(maxEntries)
  return {
    get(digest) {
      const entry = entries.get(digest)
      if (entry === undefined) return undefined
      if (holds(entry)) return withAuth(entry)
      entries.delete(digest) // the full verification that follows says why
      return undefined
    },
    set(digest, { auth: { token, header }, issuer, key, endsAt }) {
      entries.set(digest, { token, header, issuer, key, endsAt, auth: undefined })
    },
  }
}

function holds({ endsAt, key, issuer }: Entry): boolean {
  return Date.now() / 1000 < endsAt && !key.withdrawn && issuer.keys.trusted()
}

function withAuth(entry: Entry): Verdict {
  entry.auth ??= readVerified(entry.token, entry.header)
  return entry as Verdict
}
