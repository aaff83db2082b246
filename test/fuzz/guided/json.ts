import type { Random } from '../random.js'

type Holder = Record<string, unknown>

/** Gives a member of a line of JSON another value or takes it away; undefined where the line is no JSON object. */
export function withOtherMember(text: string, random: Random, words: readonly string[]): string | undefined {
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const value = parse(lines[at] as string)
  if (!isHolder(value)) return undefined
  const values = words.map(parse).filter((word) => word !== undefined)
  change(random.pick(holdersIn(value)), random, values)
  return lines.with(at, JSON.stringify(value)).join('\n')
}

function change(holder: Holder, random: Random, values: readonly unknown[]): void {
  const names = random.chance(0.8) ? Object.keys(holder) : values.filter((value) => typeof value === 'string')
  const name = names.length > 0 ? (random.pick(names) as string) : ''
  if (random.chance(0.1)) delete holder[name]
  else holder[name] = structuredClone(random.pick(values))
}

/** An object or array, and all within. */
function holdersIn(value: Holder): Holder[] {
  return [value, ...Object.values(value).filter(isHolder).flatMap(holdersIn)]
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
