const FIRST_SECONDS = 1
const LONGEST_SECONDS = 60

/** Spaces attempts after failures, for all callers alike. */
export interface Backoff {
  /** Seconds until the next attempt may be made; 0 when it may be made now. */
  remainingSeconds(): number
  failed(): void
  succeeded(): void
}

/** Doubles from 1 to 60 seconds; jitter takes up to half of it, so that a fleet does not come back as one. */
export function createBackoff(): Backoff {
  let failures = 0
  let until = 0
  return {
    remainingSeconds: () => Math.max(0, (until - Date.now()) / 1000),
    failed() {
      const seconds = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures, 16))
      failures += 1
      until = Date.now() + seconds * (1 - Math.random() / 2) * 1000
    },
    succeeded() {
      failures = 0
      until = 0
    },
  }
}
