export interface Limit {
  /** Most pieces of work at once. */
  atOnce: number
  /** Most that wait for their turn. */
  waiting: number
}

/**
 * Runs no more than so many pieces of work at once, the others in order.
 *
 * @param overflow What a call is refused with when too many wait.
 */
export function createLimit({ atOnce, waiting }: Limit, overflow: () => Error) {
  const queue: (() => void)[] = []
  let running = 0

  async function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1
      return
    }
    if (queue.length >= waiting) throw overflow()
    await new Promise<void>((resolve) => queue.push(resolve)) // whoever ends hands its place on
  }

  return async function run<T>(work: () => Promise<T>): Promise<T> {
    await turn()
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else running -= 1
    }
  }
}
