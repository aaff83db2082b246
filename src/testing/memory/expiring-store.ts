export interface ExpiringStore<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
}

interface ExpiringStoreOptions {
  lifetimeSeconds: number
  /** Beyond this number, a new entry replaces the oldest one. Default 10000. */
  maxEntries?: number
}

/** Creates a map that is bounded in size, and whose entries expire. */
export function createExpiringStore<Value>(options: ExpiringStoreOptions): ExpiringStore<Value> {
  const { lifetimeSeconds, maxEntries = 10_000 } = options
  const entries = new Map<string, { value: Value; expiresAt: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      return entry && Date.now() < entry.expiresAt ? entry.value : undefined
    },
    set(key, value) {
      entries.delete(key) // so that the key becomes the newest
      entries.set(key, { value, expiresAt: Date.now() + lifetimeSeconds * 1000 })
      const [oldest] = entries.keys()
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
    },
    delete: (key) => void entries.delete(key),
  }
}
