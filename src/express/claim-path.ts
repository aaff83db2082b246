/**
 * The name of a claim, or the way to a member within one.
 *
 * @example
 * const path: ClaimPath = ['https://northwind.com/roles', 'level']
 */
export type ClaimPath = string | readonly string[]

/**
 * The values that a path leads to. A text is the whole name of a claim; where no claim is called so, its dots part
 * names. Lists on the way are followed into each item.
 */
export function valuesAt(claims: Readonly<Record<string, unknown>>, path: ClaimPath): readonly unknown[] {
  if (typeof path !== 'string') return follow([claims], path)
  return follow([claims], Object.hasOwn(claims, path) ? [path] : path.split('.'))
}

function follow(values: readonly unknown[], [name, ...rest]: readonly string[]): readonly unknown[] {
  if (name === undefined) return values
  const members = values
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && Object.hasOwn(value, name))
  return follow(
    members.map((value) => (value as Record<string, unknown>)[name]),
    rest,
  )
}

/** Whether a claim equals `wanted`, contains it as a list, or has a member object of that name (Zitadel's roles). */
export function contains(claim: unknown, wanted: unknown): boolean {
  if (claim === wanted) return true
  if (Array.isArray(claim)) return claim.includes(wanted)
  if (typeof claim !== 'object' || claim === null || typeof wanted !== 'string') return false
  const member = Object.hasOwn(claim, wanted) ? (claim as Record<string, unknown>)[wanted] : undefined
  return typeof member === 'object' && member !== null
}
