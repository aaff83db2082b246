import { type Algorithm, algorithmsOf } from '../jose/algorithms.js'
import type { JsonObject } from '../jose/compact-jws.js'
import {
  importKey,
  type KeyName,
  type UsableJwk,
  usableJwk,
  type VerificationKey,
} from '../jose/verification-key.js'
import { AnswerError } from '../net/fetch-json.js'

/** The usable keys of one issuer, by `kid` and algorithm. */
export interface KeySet {
  readonly size: number
  /** A token without `kid` finds a key only when a single one fits its algorithm. */
  find(kid: string | undefined, alg: string): VerificationKey | undefined
  keys(): Iterable<VerificationKey>
  /** The `kid`s that different keys share for one algorithm: none of these keys is used. */
  readonly ambiguous: readonly string[]
}

/** More keys than any issuer has: a longer set would cost every refresh. */
const MAX_KEYS = 100

export const emptyKeySet: KeySet = keySetOf([], [])

/** Whose key set it is, and what its keys may be used for. */
export interface KeySetRules {
  readonly issuer: string
  readonly algorithms: readonly Algorithm[]
}

/**
 * Reads a JWK Set. Keys that are equal to one of `former` are taken over from it, not imported again; equal keys
 * listed twice are one.
 *
 * @throws AnswerError when it is no JWK Set, has over 100 keys, or holds no usable key.
 * @see RFC 7517 §5
 */
export async function readKeySet(
  jwks: unknown,
  { issuer, algorithms }: KeySetRules,
  former: KeySet = emptyKeySet,
): Promise<KeySet> {
  const listed = keysOf(jwks)
  if (!listed) throw new AnswerError(`the keys of ${issuer} are not a JWK Set`)
  if (listed.length > MAX_KEYS) throw new AnswerError(`the key set of ${issuer} has over ${MAX_KEYS} keys`)
  const usable = distinct(listed.map((jwk) => usableJwk(jwk, algorithms)).filter((key) => key !== undefined))
  const { unique, ambiguous } = byName(usable)
  const kept = new Map([...former.keys()].map((key) => [identityOf(key), key]))
  const keys = await Promise.all(unique.map((key) => kept.get(identityOf(key)) ?? importKey(key)))
  const found = keys.filter((key) => key !== undefined)
  if (found.length > 0) return keySetOf(found, ambiguous)
  throw new AnswerError(
    `the key set of ${issuer} holds no usable key for ${algorithms.join(', ')}${foundIn(listed, algorithms)}`,
  )
}

/** Marks the keys of `former` that `next` lacks. Returns how many. */
export function withdrawMissing(former: KeySet, next: KeySet): number {
  const kept = new Set(next.keys())
  const missing = [...former.keys()].filter((key) => !kept.has(key))
  for (const key of missing) key.withdrawn = true
  return missing.length
}

function keysOf(jwks: unknown): JsonObject[] | undefined {
  const keys = (jwks as { keys?: unknown } | null)?.keys
  return Array.isArray(keys) ? keys.filter((jwk) => typeof jwk === 'object' && jwk !== null) : undefined
}

function nameOf({ kid, alg }: KeyName): string {
  return JSON.stringify([kid, alg])
}

/** Equal for keys that are the same in all that counts. */
function identityOf({ kid, alg, material, issuer }: KeyName): string {
  return JSON.stringify([kid, alg, material, issuer])
}

function distinct(keys: readonly UsableJwk[]): UsableJwk[] {
  return [...new Map(keys.map((key) => [identityOf(key), key])).values()]
}

/** A `kid` that stands for several keys names none of them; the others go on (RFC 7517 §4.5). */
function byName(keys: readonly UsableJwk[]) {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(nameOf(key), (counts.get(nameOf(key)) ?? 0) + 1)
  const isUnique = (key: UsableJwk) => key.kid === undefined || counts.get(nameOf(key)) === 1
  const ambiguous = keys.filter((key) => !isUnique(key)).map(({ kid }) => kid as string)
  return { unique: keys.filter(isUnique), ambiguous: [...new Set(ambiguous)] }
}

/** Names known algorithms only: the set's own text is the issuer's. */
function foundIn(listed: readonly JsonObject[], allowed: readonly Algorithm[]): string {
  const found = new Set(listed.flatMap((jwk) => algorithmsOf(jwk).filter((alg) => (jwk.alg ?? alg) === alg)))
  if (allowed.some((alg) => found.has(alg))) return '; those it has are not fit to verify, or share their kid'
  return found.size === 0 ? '' : `; it has keys for ${[...found].join(', ')}`
}

function keySetOf(keys: readonly VerificationKey[], ambiguous: readonly string[]): KeySet {
  return {
    size: keys.length,
    keys: () => keys,
    ambiguous,
    find(kid, alg) {
      return kid === undefined ? soleKey(keys, alg) : keys.find((key) => key.kid === kid && key.alg === alg)
    },
  }
}

function soleKey(keys: readonly VerificationKey[], alg: string): VerificationKey | undefined {
  const fitting = keys.filter((key) => key.alg === alg)
  return fitting.length === 1 ? fitting[0] : undefined
}
