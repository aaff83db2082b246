import type { JWK } from 'jose'
import { type Algorithm, importVerificationKey, type VerificationKey } from './jwk.js'

/** The usable keys of one issuer, by `kid`. */
export interface KeySet {
  readonly size: number
  /** A token without `kid` finds a key only when a single one fits its algorithm. */
  find(kid: string | undefined, alg: string): VerificationKey | undefined
  keys(): Iterable<VerificationKey>
}

/** Why a JWK Set is taken as a failed fetch. Fixed texts. */
export class KeySetError extends Error {
  override name = 'KeySetError'
}

export const emptyKeySet: KeySet = keySetOf([])

/**
 * Reads a JWK Set. Keys that are equal to one of `former` are taken over from it, not imported again.
 *
 * @throws KeySetError when it is no JWK Set, holds no usable key, or two usable keys share a `kid`.
 * @see RFC 7517 §5
 */
export async function readKeySet(
  jwks: unknown,
  algorithms: readonly Algorithm[],
  former: KeySet = emptyKeySet,
): Promise<KeySet> {
  const imported = await Promise.all(jwksOf(jwks).map((jwk) => importVerificationKey(jwk, algorithms)))
  const keys = imported.filter((key) => key !== undefined)
  if (keys.length === 0) throw new KeySetError('the key set holds no usable key')
  const kids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined)
  if (new Set(kids).size < kids.length) throw new KeySetError('the key set holds two keys of one kid')
  return keySetOf(keys.map((key) => sameKey(former, key) ?? key))
}

/** Marks the keys of `former` that `next` lacks. Returns how many. */
export function withdrawMissing(former: KeySet, next: KeySet): number {
  const kept = new Set(next.keys())
  const missing = [...former.keys()].filter((key) => !kept.has(key))
  for (const key of missing) key.withdrawn = true
  return missing.length
}

function jwksOf(jwks: unknown): JWK[] {
  const keys = (jwks as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw new KeySetError('the answer is not a JWK Set')
  return keys.filter((jwk): jwk is JWK => typeof jwk === 'object' && jwk !== null)
}

function sameKey(former: KeySet, { kid, alg, material }: VerificationKey): VerificationKey | undefined {
  const key = former.find(kid, alg)
  return key?.kid === kid && key?.material === material ? key : undefined
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
