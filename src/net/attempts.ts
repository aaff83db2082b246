import { type AuthError, outage } from '../refusal/errors.js'
import type { RefusalCode } from '../refusal/table.js'
import { isExchangeError } from './fetch-json.js'

const FIRST_PAUSE_SECONDS = 1
const LONGEST_PAUSE_SECONDS = 60

export interface AttemptsOptions {
  /** The outage that callers get after a failure, and while the pause after it lasts. */
  code: RefusalCode
  /** Whether a failure would meet every attempt, so that the next one has to wait. Default: every failure. */
  affectsAll?: (error: unknown) => boolean
  /** Called with every failure of the exchange, after it was noted. */
  onFailure: (error: Error) => void
}

/** Exchanges with one server: a failure is noted, and pauses that grow keep further attempts away from it. */
export interface Attempts {
  /**
   * Runs `exchange`, unless a pause is on.
   *
   * Errors other than those of an exchange are passed on untouched: they are faults.
   *
   * @throws the outage `code` names, with `Retry-After` and the reason as its `cause`.
   */
  run<T>(exchange: () => Promise<T>): Promise<T>
  /** Seconds until the next attempt may be made; 0 when it may be made now. */
  pauseSeconds(): number
  /** Whether the last attempt failed. */
  failing(): boolean
}

export function createAttempts({ code, onFailure, affectsAll = () => true }: AttemptsOptions): Attempts {
  const pause = createPause()
  let lastFailure: Error | undefined

  function noted(error: unknown, startedAt: number): AuthError {
    if (!isExchangeError(error)) throw error
    lastFailure = error
    if (affectsAll(error)) pause.begin(startedAt)
    onFailure(error)
    return outage(code, pause.seconds(), error)
  }

  return {
    async run(exchange) {
      if (pause.seconds() > 0) throw outage(code, pause.seconds(), lastFailure)
      const startedAt = performance.now()
      try {
        const result = await exchange()
        pause.end()
        lastFailure = undefined
        return result
      } catch (error) {
        throw noted(error, startedAt)
      }
    },
    pauseSeconds: pause.seconds,
    failing: () => lastFailure !== undefined,
  }
}

/**
 * Doubles from 1 to 60 seconds. Up to half of a pause is left to chance, so that a fleet of servers does not come back
 * at one moment.
 */
function createPause() {
  let failures = 0
  let countedAt = Number.NEGATIVE_INFINITY
  let until = 0
  return {
    seconds: () => Math.max(0, (until - performance.now()) / 1000),
    /** Attempts that began before the last counted failure tell nothing new: one moment of trouble counts once. */
    begin(attemptStartedAt: number): void {
      if (attemptStartedAt < countedAt) return
      const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(failures, 16))
      failures += 1
      countedAt = performance.now()
      until = countedAt + seconds * (1 - Math.random() / 2) * 1000
    },
    end(): void {
      failures = 0
      until = 0
    },
  }
}
