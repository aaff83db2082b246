import { type Check, wrong } from '../options/checks.js'

/** Text in front of every key, which may be empty. */
export const keyPrefix: Check<string> = (value, name) => {
  if (typeof value === 'string') return value
  throw wrong(name, 'a string', value)
}
