import type { RefusalDetails } from './errors.js'
import { shown } from './shown.js'

const MAX_RECEIVED = 200

/** What a check found and what it wanted. */
export interface Finding {
  claim?: string
  header?: string
  expected?: string
  received?: unknown
  hint?: string | undefined
}

/**
 * Details of a refusal. Text of the sender is bounded and escaped, and marked as unverified.
 *
 * @param finding `received` may be any JSON value of the token, but never the token itself.
 */
export function detailsOf({ received, hint, ...finding }: Finding): RefusalDetails {
  return {
    ...finding,
    received: received === undefined ? 'nothing' : shown(received, MAX_RECEIVED),
    unverified: true,
    ...(hint !== undefined && { hint }),
  }
}

/** The same for a token that was verified, and is only not enough for a route. */
export function verifiedDetailsOf(finding: Finding): RefusalDetails {
  const { unverified: _, ...details } = detailsOf(finding)
  return details
}

/** Settings of the application in words: `"a" or "b"`. */
export function oneOf(values: readonly string[]): string {
  return values.length > MAX_LISTED
    ? `${values.slice(0, MAX_LISTED).join(' or ')} or one of ${values.length - MAX_LISTED} others`
    : values.join(' or ')
}

const MAX_LISTED = 5

/**
 * What to change where a name is none of the settings, and differs from one by something easily overlooked.
 *
 * @param setting What the application named.
 * @param received What the token has. Unverified.
 */
export function nearMissHint(setting: readonly string[], received: unknown): string | undefined {
  if (typeof received !== 'string' || received.length > MAX_NEAR) return undefined
  const loose = loosely(received)
  const near = setting.slice(0, MAX_COMPARED).find((each) => loosely(each) === loose)
  if (near === undefined) return undefined
  if (withoutSlash(near) === withoutSlash(received)) return 'the slash at the end counts'
  if (near.toLowerCase() === received.toLowerCase()) return 'upper and lower case count'
  return 'scheme and port count'
}

/** Longer names are no typos, and comparing them would cost what a flood is after. */
const MAX_NEAR = 300
const MAX_COMPARED = 50

function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text
}

/** Without what people get wrong: the scheme, the port, the last slash, upper case. */
function loosely(text: string): string {
  return withoutSlash(text.toLowerCase())
    .replace(/^https?:\/\//, '')
    .replace(/^([^/:]*):\d{1,5}(?=\/|$)/, '$1')
}
