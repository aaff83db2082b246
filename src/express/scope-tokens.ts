import { quotable, wrong } from '../options/checks.js'

/** Names that a check is called with one by one. */
export function namesIn(check: string, names: readonly unknown[]): readonly string[] {
  const called = `called with names: ${check}('a', 'b')`
  if (names.length === 0) throw new TypeError(`${check} must be ${called}, got none`)
  const other = names.find((name) => typeof name !== 'string' || name === '')
  if (other === undefined) return Object.freeze([...new Set(names as string[])])
  throw wrong(check, called, other)
}

/** Scope tokens hold no space, quote or backslash (RFC 6749 §3.3), so they can stand in a challenge. */
export function scopeTokens(check: string, scopes: readonly unknown[]): readonly string[] {
  const names = namesIn(check, scopes)
  const several = names.find((name) => quotable(name, check).includes(' '))
  if (several === undefined) return names
  const separate = several.split(' ').map((each) => `'${each}'`)
  throw wrong(check, `called with one scope per argument: ${check}(${separate.join(', ')})`, several)
}
