/** Checks of single settings. Each names the option and the value in its TypeError. */

export function checkNames(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`${where} has no option ${JSON.stringify(unknown)}; it knows ${known.join(', ')}`)
  }
}

export function plainObject(name: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw wrong(name, 'an object', value)
}

/** An option that is given as undefined counts as not given. */
export function withoutUndefined(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

export function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw wrong(name, 'a positive number', value)
}

export function notNegative(name: string, value: unknown): number {
  return value === 0 ? 0 : positive(name, value)
}

export function positiveInteger(name: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return positive(name, value)
  throw wrong(name, 'a positive integer', value)
}

export function bool(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw wrong(name, 'true or false', value)
}

export function func<F>(name: string, value: F): F {
  if (typeof value === 'function') return value
  throw wrong(name, 'a function', value)
}

/** One non-empty string or a non-empty list of them, as a list. */
export function strings(name: string, value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.length > 0 && list.every((item) => typeof item === 'string' && item !== ''))
    return Object.freeze([...list])
  throw wrong(name, 'a non-empty string or a list of them', value)
}

/** A list, without repetition, of some of `allowed`. */
export function someOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): readonly T[] {
  const list = Array.isArray(value) ? value : []
  if (list.length > 0 && list.every((item) => allowed.includes(item)))
    return Object.freeze([...new Set<T>(list)])
  throw wrong(name, `a list of some of ${allowed.join(', ')}`, value)
}

export function wrong(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected}, got ${shown(value)}`)
}

function shown(value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return JSON.stringify(value).slice(0, 200)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
