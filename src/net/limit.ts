export interface Limit {
  /** Most pieces of work at once. */
  atOnce: number
  /** Most that wait for their turn. */
  waiting: number
  /** Longest wait for a turn, in seconds. */
  waitSeconds: number
}

/**
 * Runs no more than so many pieces of work at once, the others in order.
 *
 * @param overflow What a call is refused with when too many wait, or when it has waited too long.
 */
export function createLimit({ atOnce, waiting, waitSeconds }: Limit, overflow: () => Error) {
  const queue = new Set<() => void>()
  let running = 0

  /** Resolves when another piece of work has ended and hands its place on. */
  function handedOn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer)
        queue.delete(turn)
        resolve()
      }
      const timer = setTimeout(() => {
        queue.delete(turn)
        reject(overflow())
      }, waitSeconds * 1000).unref()
      queue.add(turn)
    })
  }

  async function takeTurn(): Promise<void> {
    if (running < atOnce) {
      running += 1
      return
    }
    if (queue.size >= waiting) throw overflow()
    await handedOn()
  }

  return async function run<T>(work: () => Promise<T>): Promise<T> {
    await takeTurn()
    try {
      return await work()
    } finally {
      const [next] = queue
      if (next) next()
      else running -= 1
    }
  }
}
