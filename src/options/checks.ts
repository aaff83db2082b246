/** A check of one setting: returns the value as it is used, or throws a TypeError naming the option and the value. */
export type Check<T> = (value: unknown, name: string) => T

export const bool: Check<boolean> = (value, name) => {
  if (typeof value === 'boolean') return value
  throw wrong(name, 'true or false', value)
}

/** A function of the application. Its own types are the public interface's business. */
export function func<F extends (...args: never[]) => unknown>(): Check<F> {
  return (value, name) => {
    if (typeof value === 'function') return value as F
    throw wrong(name, 'a function', value)
  }
}

export const positiveInteger: Check<number> = (value, name) => {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number
  throw wrong(name, 'a positive integer', value)
}

export interface Span {
  /** Default 0, which is then a value of its own; `'above 0'` refuses it. */
  min?: 0 | 'above 0'
  /** The greatest value that makes sense, so that a number of milliseconds is noticed. */
  max: number
}

/** A duration in seconds. */
export function seconds({ min = 0, max }: Span): Check<number> {
  const expected = `a number of seconds ${min === 0 ? 'from 0' : 'above 0 and'} up to ${max}`
  return (value, name) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, expected, value)
    const isLowEnough = value <= max
    if (isLowEnough && (min === 0 ? value >= 0 : value > 0)) return value
    throw wrong(name, expected, value, isLowEnough ? undefined : `in seconds: did you mean ${value / 1000}?`)
  }
}

/** Text that is not empty. */
export const text: Check<string> = (value, name) => {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw wrong(name, 'a non-empty string', value)
}

/** %x20-21 / %x23-5B / %x5D-7E: what a quoted auth-param may hold without escapes (RFC 6750 §3). */
const QUOTABLE = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/

/** Text that can stand between the quotes of an auth-param. */
export const quotable: Check<string> = (value, name) => {
  if (typeof value === 'string' && QUOTABLE.test(value)) return value
  throw wrong(name, 'printable ASCII without quotes and backslashes', value)
}

/** One non-empty string or a non-empty list of them, as a list. */
export const strings: Check<readonly string[]> = (value, name) => {
  const list = Array.isArray(value) ? value : [value]
  if (list.length > 0 && list.every((item) => typeof item === 'string' && item !== ''))
    return Object.freeze([...list])
  throw wrong(name, 'a non-empty string or a list of them', value)
}

/** A non-empty list whose items all pass `check`. */
export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length === 0) throw wrong(name, 'a list of at least one', value)
    return Object.freeze(value.map((item) => check(item, name)))
  }
}

/** A list, without repetition, of some of `allowed`. */
export function someOf<T extends string>(allowed: readonly T[]): Check<readonly T[]> {
  return (value, name) => {
    const list = Array.isArray(value) ? value : []
    if (list.length > 0 && list.every((item) => allowed.includes(item)))
      return Object.freeze([...new Set<T>(list)])
    throw wrong(name, `a list of some of ${allowed.join(', ')}`, value)
  }
}

export function oneOf<T extends string>(...allowed: readonly T[]): Check<T> {
  return (value, name) => {
    if (allowed.includes(value as T)) return value as T
    throw wrong(name, allowed.map((each) => JSON.stringify(each)).join(' or '), value)
  }
}

/** An object with these methods, which may be an instance of any class. */
export function having<T extends object>(...methods: readonly (keyof T & string)[]): Check<T> {
  return (value, name) => {
    const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null
    const missing = isObject ? methods.find((each) => typeof (value as T)[each] !== 'function') : methods[0]
    if (missing === undefined) return value as T
    if (!isObject) throw wrong(name, 'an object', value)
    throw wrong(`${name}.${missing}`, 'a function', (value as T)[missing])
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object that may hold a secret, or be one by mistake: the value is never shown. */
export const secretObject: Check<Record<string, unknown>> = (value, name) => {
  if (isPlainObject(value)) return value
  throw new TypeError(`${name} must be an object`)
}

export function wrong(name: string, expected: string, value: unknown, hint?: string): TypeError {
  const message = `${name} must be ${expected}, got ${written(value)}`
  return new TypeError(hint === undefined ? message : `${message} (${hint})`)
}

/** What stands between `//` and `@` in a URL: often a password. */
const USER_INFO = /\/\/[^/@\s"]*@/g

/** Names the kind of functions and objects, whose text would be their source. */
function written(value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value))
    return String(JSON.stringify(value)).replace(USER_INFO, '//...@').slice(0, 200)
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
