import { KeyObject } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import { type Algorithm, algorithmsOf, type VerifyInput, verifyInput } from './algorithms.js'
import type { JsonObject } from './compact-jws.js'

/** A public key of one issuer, used with one algorithm (RFC 8725 §3.2). */
export interface VerificationKey extends KeyName {
  /** What `crypto.verify` takes for this key and algorithm. */
  readonly input: VerifyInput
  /** True once the issuer's key set lacks it: verdicts reached with it end. */
  withdrawn: boolean
}

/** What identifies a key in a set, before it is imported. */
export interface KeyName {
  readonly kid: string | undefined
  readonly alg: Algorithm
  /** The public members, which tell a kept key from one replaced under the same `kid`. */
  readonly material: string
  /** The only issuer it signs for, where the set serves several (Microsoft Entra). */
  readonly issuer: string | undefined
}

/** A JWK that may be used, not imported yet. */
export interface UsableJwk extends KeyName {
  readonly jwk: JsonObject
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
export const MIN_RSA_BITS = 2048
/** Longer keys cost milliseconds a signature, forged ones included. */
export const MAX_RSA_BITS = 8192
const MAX_EXPONENT_BITS = 32

/**
 * Judges a JWK without importing it, and holds it to the one algorithm it may be used with.
 *
 * Returns undefined when it must not be used: private or symmetric members, another `use`, `key_ops`, `kty` or curve
 * than the algorithm's, RSA below 2048 or above 8192 bits, an exponent over 32 bits, or an algorithm outside
 * `algorithms`. A JWK without `alg` that would fit several is held to the first of `algorithms` that it fits.
 *
 * @see RFC 7517 §4, RFC 7518 §3.3, RFC 8725 §3.2
 */
export function usableJwk(jwk: JsonObject, algorithms: readonly Algorithm[]): UsableJwk | undefined {
  const fitting = algorithmsOf(jwk).filter((alg) => jwk.alg === undefined || jwk.alg === alg)
  const alg = algorithms.find((each) => fitting.includes(each))
  if (alg === undefined || !isForVerifying(jwk) || !isAffordable(jwk)) return undefined
  const { kid, issuer } = jwk
  if (issuer !== undefined && typeof issuer !== 'string') return undefined
  return { kid: kid as string | undefined, alg, material: materialOf(jwk), issuer, jwk }
}

/** Imports a JWK by jose. Resolves undefined for one that jose refuses: a point off its curve, a truncated modulus. */
export async function importKey({ jwk, ...name }: UsableJwk): Promise<VerificationKey | undefined> {
  try {
    const key = KeyObject.from((await importJWK(publicMembers(jwk), name.alg)) as CryptoKey)
    return { ...name, input: verifyInput(key, name.alg), withdrawn: false }
  } catch {
    return undefined
  }
}

function isForVerifying(jwk: JsonObject): boolean {
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) return false
  if (jwk.kid !== undefined && typeof jwk.kid !== 'string') return false
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  return jwk.key_ops === undefined || isVerifyOperation(jwk.key_ops)
}

/** Duplicates are not allowed (RFC 7517 §4.3). */
function isVerifyOperation(operations: unknown): boolean {
  if (!Array.isArray(operations) || !operations.every((each) => typeof each === 'string')) return false
  return operations.includes('verify') && new Set(operations).size === operations.length
}

/** Bounds what one signature costs, forged or not. jose itself checks only the lower bound, and after the import. */
function isAffordable({ kty, n, e }: JsonObject): boolean {
  if (kty !== 'RSA') return true
  if (typeof e !== 'string') return false
  const bits = bitsOf(n)
  return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS && isOddExponent(e)
}

function isOddExponent(e: string): boolean {
  const bits = bitsOf(e)
  const last = Buffer.from(e, 'base64url').at(-1) ?? 0
  return bits >= 2 && bits <= MAX_EXPONENT_BITS && last % 2 === 1
}

/** The length of a number in base64url, in bits. */
export function bitsOf(base64url: unknown): number {
  const bytes = Buffer.from(typeof base64url === 'string' ? base64url : '', 'base64url')
  const first = bytes.findIndex((byte) => byte !== 0)
  return first === -1 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] as number))
}

/** Without `use`, `key_ops`, `ext` and certificates: they were judged above, and importers differ over them. */
function publicMembers({ kty, n, e, crv, x, y }: JsonObject): JWK {
  return Object.fromEntries(
    Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined),
  ) as unknown as JWK
}

function materialOf({ kty, n, e, crv, x, y }: JsonObject): string {
  return JSON.stringify([kty, n, e, crv, x, y])
}
