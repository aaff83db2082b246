import { type Check, isPlainObject, wrong } from './checks.js'

/** What is known of one option: how it is checked, and what stands for it when it is not given. */
export interface Field<T> {
  readonly check: Check<T>
  /** Undefined for an option that must be given. */
  readonly absent: (() => T) | undefined
}

/** A field for each option of `Options`: one forgotten or one too many does not compile. */
export type Fields<Options> = { readonly [Name in keyof Required<Options>]: Field<unknown> }

/** The options once checked: none is absent but those whose default is undefined. */
export type Checked<F> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never }

/** An option that must be given. */
export function required<T>(check: Check<T>): Field<T> {
  return { check, absent: undefined }
}

/** An option with a default. A default that is a function is called for the value. */
export function or<T, D extends T>(fallback: D | (() => D), check: Check<T>): Field<T> {
  return { check, absent: typeof fallback === 'function' ? (fallback as () => D) : () => fallback }
}

/** An option that is off unless it is given. */
export function maybe<T>(check: Check<T>): Field<T | undefined> {
  return { check, absent: () => undefined }
}

/**
 * Checks an options object against its fields. An option given as undefined counts as not given.
 *
 * @param where What the names of its options begin with, such as `dpop.`; empty at the top.
 * @throws TypeError naming the option and the value, for one that is wrong, missing or unknown.
 */
export function checked<F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
  given: unknown,
  { name, prefix = `${name}.` }: { name: string; prefix?: string },
): Checked<F> {
  if (!isPlainObject(given)) throw wrong(prefix === '' ? 'options' : name, 'an object', given)
  const unknown = Object.keys(given).find((each) => !Object.hasOwn(fields, each))
  if (unknown !== undefined) {
    const known = Object.keys(fields).join(', ')
    throw new TypeError(`${name} has no option ${JSON.stringify(unknown)}; it knows ${known}`)
  }
  const entries = Object.entries(fields).map(([option, { check, absent }]) => {
    const value = given[option]
    if (value === undefined && absent) return [option, absent()]
    return [option, check(value, prefix + option)]
  })
  return Object.freeze(Object.fromEntries(entries)) as Checked<F>
}

/** The check of an option that is an object with options of its own. */
export function options<F extends Readonly<Record<string, Field<unknown>>>>(fields: F): Check<Checked<F>> {
  return (value, name) => checked(fields, value, { name })
}
