/**
 * Runs `step` with the value at once, or once a promise brings it. A remembered verdict so costs no turn of the event
 * loop, and callbacks of the application may return a value or a promise.
 */
export function after<T, U>(value: T | Promise<T>, step: (value: T) => U | Promise<U>): U | Promise<U> {
  return isPromise(value) ? Promise.resolve(value).then(step) : step(value) // of a thenable, a true promise
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
