import { listOf, positiveInteger, seconds, text } from '../options/checks.js'
import { type Checked, type Fields, or } from '../options/schema.js'

/**
 * How the keys of every issuer are fetched and kept.
 *
 * @example
 * requireAuth({ issuer, audience, jwks: { maxAgeSeconds: 300, maxStaleSeconds: 3600 } })
 */
export interface JwksOptions {
  /**
   * Seconds that a fetched set is used without asking again. A shorter `max-age` of the answer counts, down to
   * `cooldownSeconds`. Default 600, at most 12 hours.
   */
  maxAgeSeconds?: number
  /** Seconds that it is used beyond that while it cannot be refreshed. Then 503. Default 86400, at most 30 days. */
  maxStaleSeconds?: number
  /** Least seconds between two fetches for unknown `kid`s and failing signatures. Default 10, at most an hour. */
  cooldownSeconds?: number
  /** Deadline of one refresh in seconds: discovery and key set, connect to last byte. Default 5, at most 60. */
  timeoutSeconds?: number
  /** Largest document taken, in bytes. Default 262144. */
  maxBytes?: number
  /** Media types that key sets may have besides JSON ones, such as `text/plain` of a file server. Default none. */
  jsonTypes?: readonly string[]
}

export const JWKS_FIELDS = {
  maxAgeSeconds: or(600, seconds({ min: 'above 0', max: 43_200 })),
  maxStaleSeconds: or(86_400, seconds({ max: 2_592_000 })),
  cooldownSeconds: or(10, seconds({ min: 'above 0', max: 3600 })),
  timeoutSeconds: or(5, seconds({ min: 'above 0', max: 60 })),
  maxBytes: or(262_144, positiveInteger),
  jsonTypes: or<readonly string[], readonly string[]>([], listOf(text)),
} satisfies Fields<JwksOptions>

/** Options once checked. */
export type JwksRules = Checked<typeof JWKS_FIELDS>
