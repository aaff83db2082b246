import { createLruMap } from '../lru-map.js'
import type { RefusalCode, RefusalDetails } from '../refusal/errors.js'

const MAX_ACCEPTED = 10_000
/** Kept apart from the accepted, so that a flood of invented tokens drives out none of them. */
const MAX_REFUSED = 1000

/** An answer with its two ends: its age runs on the monotonic clock, the token's `exp` on the wall clock. */
export type Known<T> = { readonly usableUntil: number; readonly endsAt: number } & (
  | { readonly introspected: T | undefined }
  | { readonly refused: RefusalCode; readonly details: RefusalDetails | undefined }
)

/** What was answered about tokens, by their digest. Bounded: the one unused longest goes first. */
export function createIntrospectionMemory<T>() {
  const accepted = createLruMap<Known<T>>(MAX_ACCEPTED)
  const refused = createLruMap<Known<T>>(MAX_REFUSED)
  const isUsable = ({ usableUntil, endsAt }: Known<T>) =>
    performance.now() < usableUntil && Date.now() / 1000 < endsAt
  return {
    get(digest: string): Known<T> | undefined {
      const known = accepted.get(digest) ?? refused.get(digest)
      if (known && isUsable(known)) return known
      accepted.delete(digest) // else it would hide what is answered next
      return undefined
    },
    set(digest: string, known: Known<T>): void {
      if (isUsable(known)) ('refused' in known ? refused : accepted).set(digest, known)
    },
  }
}
