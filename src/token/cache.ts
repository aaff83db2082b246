import type { Auth } from '../auth.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { createLruMap } from '../lru-map.js'
import { readVerified, type VerifiedJwt } from './jwt.js'

/** Verified JWTs, by the digest of the token. Bounded: the one unused longest goes first. */
export interface JwtCache {
  /** Undefined also for one that ended: by time, by withdrawal of its key, by keys too old to be trusted. */
  get(digest: string): VerifiedJwt | undefined
  set(digest: string, verified: VerifiedJwt): void
}

/**
 * A verified JWT as it is kept after its first use, without what the token says: that is read again, once, on its
 * second use. Many tokens have no second use, and a flood of them would fill the heap with some thirty objects each.
 */
interface Entry extends Pick<VerifiedJwt, 'issuer' | 'key' | 'endsAt'> {
  readonly token: string
  readonly header: JsonObject
  auth: Auth | undefined
}

export function createJwtCache(maxEntries: number): JwtCache {
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

function withAuth(entry: Entry): VerifiedJwt {
  entry.auth ??= readVerified(entry.token, entry.header)
  return entry as VerifiedJwt
}
