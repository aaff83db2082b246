import { constants, KeyObject, type VerifyKeyObjectInput } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK } from 'jose'

/** The signature algorithms that can be turned on: asymmetric ones only. @see RFC 7518 §3.1, RFC 8037, RFC 9864 */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

export type Algorithm = (typeof ALGORITHMS)[number]

/** A public key of one issuer, good for one algorithm (RFC 8725 §3.2). */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly alg: Algorithm
  readonly key: CryptoKey
  /** The same key for Node's own verification, with what `alg` demands. */
  readonly native: NativeKey
  /** What the key is made of, to tell a kept key from one replaced under the same `kid`. */
  readonly material: string
  /** True once the issuer's key set lacks it: verdicts reached with it end. */
  withdrawn: boolean
}

export interface NativeKey {
  /** Undefined for a scheme that does its own hashing. */
  readonly digest: string | undefined
  readonly input: VerifyKeyObjectInput
}

const CURVE_ALGORITHMS: ReadonlyMap<unknown, readonly Algorithm[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['Ed25519', 'EdDSA']],
])
const RSA_ALGORITHMS: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
export const MIN_RSA_BITS = 2048

interface RsaKeyAlgorithm {
  modulusLength: number
  publicExponent: Uint8Array
}

/**
 * Imports a JWK for the one algorithm it may be used with.
 *
 * Resolves undefined when it must not be used: private or symmetric members, another `use`, `key_ops`, `kty` or
 * curve than the algorithm's, RSA below 2048 bits, or an algorithm outside `algorithms`. A JWK without `alg` that
 * would fit several is held to the first of `algorithms` that it fits.
 *
 * @see RFC 7517 §4, RFC 7518 §3.3, RFC 8725 §3.2
 */
export async function importVerificationKey(
  jwk: JWK,
  algorithms: readonly Algorithm[],
): Promise<VerificationKey | undefined> {
  const alg = algorithms.find((algorithm) => fits(jwk, algorithm))
  if (alg === undefined || !isForVerifying(jwk)) return undefined
  try {
    const key = (await importJWK(publicMembers(jwk), alg)) as CryptoKey
    if (!isStrong(key)) return undefined
    return {
      kid: jwk.kid,
      alg,
      key,
      native: nativeKey(key, alg),
      material: materialOf(jwk),
      withdrawn: false,
    }
  } catch {
    return undefined // a point off its curve, a truncated modulus: jose refuses the import
  }
}

/** @see RFC 7518 §3.3, §3.4, §3.5, RFC 8037 §3.1 */
function nativeKey(cryptoKey: CryptoKey, alg: Algorithm): NativeKey {
  const key = KeyObject.from(cryptoKey)
  const digest = `sha${alg.slice(2)}`
  if (alg.startsWith('RS')) return { digest, input: { key, padding: constants.RSA_PKCS1_PADDING } }
  if (alg.startsWith('ES')) return { digest, input: { key, dsaEncoding: 'ieee-p1363' } }
  if (!alg.startsWith('PS')) return { digest: undefined, input: { key } }
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
  return { digest, input: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } }
}

function fits(jwk: JWK, algorithm: Algorithm): boolean {
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return false
  if (jwk.kty === 'RSA') return RSA_ALGORITHMS.includes(algorithm)
  if (jwk.kty !== 'EC' && jwk.kty !== 'OKP') return false
  return CURVE_ALGORITHMS.get(jwk.crv)?.includes(algorithm) ?? false
}

function isForVerifying(jwk: JWK): boolean {
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) return false
  if (jwk.kid !== undefined && typeof jwk.kid !== 'string') return false
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  return jwk.key_ops === undefined || (Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))
}

/** Without `use`, `key_ops`, `ext` and certificates: they were judged above, and importers differ over them. */
function publicMembers({ kty, n, e, crv, x, y }: JWK): JWK {
  return Object.fromEntries(
    Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined),
  ) as unknown as JWK
}

function isStrong({ algorithm }: CryptoKey): boolean {
  if (!('modulusLength' in algorithm)) return true
  const { modulusLength, publicExponent } = algorithm as unknown as RsaKeyAlgorithm
  const exponent = BigInt(`0x${Buffer.from(publicExponent).toString('hex')}`)
  return modulusLength >= MIN_RSA_BITS && exponent >= 3n && exponent % 2n === 1n
}

function materialOf({ kty, alg, n, e, crv, x, y }: JWK): string {
  return JSON.stringify([kty, alg, n, e, crv, x, y])
}
