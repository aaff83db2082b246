import { rethrowOwn } from '../refusal/errors.js'
import { isPromise } from './after.js'

/** Callers with the same key share one piece of work while it is under way. Nothing is kept afterwards. */
export interface SingleFlight<T> {
  /** Starts the work, unless it is under way for `key` already. Work that ends at once is not shared. */
  run(key: string, start: () => T | Promise<T>): T | Promise<T>
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const underWay = new Map<string, Promise<T>>()
  return {
    run(key, start) {
      const shared = underWay.get(key)
      if (shared) return shared.catch(rethrowOwn)
      const work = start()
      if (!isPromise(work)) return work
      const flight = work.finally(() => underWay.delete(key))
      underWay.set(key, flight)
      return flight
    },
  }
}
