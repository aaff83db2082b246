import { afterEach, beforeEach, vi } from 'vitest'

/**
 * Stops the clocks for every test of a file: the wall clock and the monotonic one. Timers and sockets go on.
 */
export function stopClock(): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
  afterEach(() => void vi.useRealTimers())
}

/** Stops timers too, for the rest of a test: they go off when `advanceSeconds` passes their time. */
export function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
}

/** Moves both clocks, as time does. */
export function advanceSeconds(seconds: number): void {
  vi.advanceTimersByTime(seconds * 1000)
}

/** Sets the wall clock alone, as an operator does. */
export function setWallClock(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000)
}

/** Lets work in the background end, without waiting for it longer than needed. */
export async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; !done(); turns += 1) {
    if (turns > 100_000) throw new Error('what the test waits for does not happen')
    await new Promise(setImmediate)
  }
}

/** Whether a promise is still open after all that could be done at once has been done. */
export async function isOpen(promise: PromiseLike<unknown>): Promise<boolean> {
  let open = true
  const close = () => {
    open = false
  }
  promise.then(close, close)
  for (let turns = 0; open && turns < 200; turns += 1) await new Promise(setImmediate)
  return open
}
