/** Remembers what was verified, by the digest of its token. Bounded: the entry unused longest goes first. */
export interface Cache<T> {
  get(digest: string): T | undefined
  set(digest: string, entry: T): void
  delete(digest: string): void
}

/** A Map keeps the order of insertion, so moving an entry to the end on use makes it least-recently-used. */
export function createCache<T>(maxEntries: number): Cache<T> {
  const entries = new Map<string, T>()
  return {
    get(digest) {
      const entry = entries.get(digest)
      if (entry === undefined) return undefined
      entries.delete(digest)
      entries.set(digest, entry)
      return entry
    },
    set(digest, entry) {
      entries.delete(digest)
      entries.set(digest, entry)
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value as string)
    },
    delete: (digest) => void entries.delete(digest),
  }
}
