/** A bounded map: when it is full, the entry unused longest goes. */
export interface LruMap<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
}

interface Link<T> {
  readonly key: string
  readonly value: T
  older: Link<T>
  newer: Link<T>
}

/**
 * Keeps the order of use in a list of its own. A Map's order of insertion would do, but finding the first entry then
 * takes longer with every entry that was deleted before it.
 */
export function createLruMap<T>(maxEntries: number): LruMap<T> {
  const links = new Map<string, Link<T>>()
  const end = createEnd<T>()

  function remove(key: string): void {
    const link = links.get(key)
    if (link === undefined) return
    unlink(link)
    links.delete(key)
  }

  return {
    get(key) {
      const link = links.get(key)
      if (link === undefined) return undefined
      unlink(link)
      append(end, link)
      return link.value
    },
    set(key, value) {
      remove(key)
      const link = { key, value } as Link<T>
      append(end, link)
      links.set(key, link)
      if (links.size > maxEntries) remove(end.newer.key)
    },
    delete: remove,
  }
}

/** Closes the list to a ring: older than it is the newest entry, newer the oldest. */
function createEnd<T>(): Link<T> {
  const end = { key: '' } as Link<T>
  end.older = end
  end.newer = end
  return end
}

function append<T>(end: Link<T>, link: Link<T>): void {
  link.older = end.older
  link.newer = end
  end.older.newer = link
  end.older = link
}

function unlink<T>({ older, newer }: Link<T>): void {
  older.newer = newer
  newer.older = older
}
