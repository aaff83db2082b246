/**
 * Goes on at once with a value, later with a promise: so a remembered verdict costs no turn of the event loop, and
 * the application's callbacks may answer either way.
 */
export function after<T, U>(value: T | Promise<T>, step: (value: T) => U | Promise<U>): U | Promise<U> {
  return isPromise(value) ? value.then(step) : step(value)
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
