import type { JWK } from 'jose'
import { type Algorithm, importVerificationKey, type VerificationKey } from '../jwk.js'

/** The usable keys of one issuer, by `kid`. */
export interface KeySet {
  readonly size: number
  /** A token without `kid` finds a key only when a single one fits its algorithm. */
  find(kid: string | undefined, alg: string): VerificationKey | undefined
  keys(): Iterable<VerificationKey>
}

/** Why a JWK Set is taken as a failed fetch. The message names the issuer, and quotes nothing of the set. */
export class KeySetError extends Error {
  override name = 'KeySetError'
}

export const emptyKeySet: KeySet = keySetOf([])

/** Whose key set it is, and what its keys may be used for. */
export interface KeySetRules {
  issuer: string
  algorithms: readonly Algorithm[]
}

/**
 * Reads a JWK Set. Keys that are equal to one of `former` are taken over from it, not imported again.
 *
 * @throws KeySetError when it is no JWK Set, holds no usable key, or two usable keys share a `kid`.
 * @see RFC 7517 §5
 */
export async function readKeySet(
  jwks: unknown,
  { issuer, algorithms }: KeySetRules,
  former: KeySet = emptyKeySet,
): Promise<KeySet> {
  const listed = keysOf(jwks)
  if (!listed) throw new KeySetError(`the keys of ${issuer} are not a JWK Set`)
  const imported = await Promise.all(listed.map((jwk) => importVerificationKey(jwk, algorithms)))
  const keys = imported.filter((key) => key !== undefined)
  if (keys.length === 0) throw new KeySetError(`the key set of ${issuer} holds no usable key`)
  const kids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined)
  if (new Set(kids).size < kids.length)
    throw new KeySetError(`the key set of ${issuer} holds two keys of one kid`)
  return keySetOf(keys.map((key) => sameKey(former, key) ?? key))
}

/** Marks the keys of `former` that `next` lacks. Returns how many. */
export function withdrawMissing(former: KeySet, next: KeySet): number {
  const kept = new Set(next.keys())
  const missing = [...former.keys()].filter((key) => !kept.has(key))
  for (const key of missing) key.withdrawn = true
  return missing.length
}

function keysOf(jwks: unknown): JWK[] | undefined {
  const keys = (jwks as { keys?: unknown } | null)?.keys
  return Array.isArray(keys) ? keys.filter((jwk) => typeof jwk === 'object' && jwk !== null) : undefined
}

function sameKey(former: KeySet, { kid, alg, material }: VerificationKey): VerificationKey | undefined {
  return [...former.keys()].find((key) => key.kid === kid && key.alg === alg && key.material === material)
}

function keySetOf(keys: readonly VerificationKey[]): KeySet {
  const byKid = new Map(keys.map((key) => [key.kid, key]))
  return {
    size: keys.length,
    keys: () => keys,
    find(kid, alg) {
      if (kid === undefined) return soleKey(keys, alg)
      const key = byKid.get(kid)
      return key?.alg === alg ? key : undefined
    },
  }
}

function soleKey(keys: readonly VerificationKey[], alg: string): VerificationKey | undefined {
  const fitting = keys.filter((key) => key.alg === alg)
  return fitting.length === 1 ? fitting[0] : undefined
}
