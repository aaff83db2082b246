import { constants, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto'

/** How signatures of one algorithm are made, and which keys fit it. */
interface AlgorithmRow {
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv?: string
  /** Absent for a scheme that does its own hashing. */
  readonly digest?: string
  readonly padding?: 'pkcs1' | 'pss'
}

/** Asymmetric algorithms only: neither `none` nor HS* can be turned on (RFC 8725 §3.1). */
const table = {
  RS256: { kty: 'RSA', digest: 'sha256', padding: 'pkcs1' },
  RS384: { kty: 'RSA', digest: 'sha384', padding: 'pkcs1' },
  RS512: { kty: 'RSA', digest: 'sha512', padding: 'pkcs1' },
  PS256: { kty: 'RSA', digest: 'sha256', padding: 'pss' },
  PS384: { kty: 'RSA', digest: 'sha384', padding: 'pss' },
  PS512: { kty: 'RSA', digest: 'sha512', padding: 'pss' },
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', digest: 'sha384' },
  ES512: { kty: 'EC', crv: 'P-521', digest: 'sha512' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
} as const satisfies Record<string, AlgorithmRow>

/**
 * A signature algorithm that can be turned on. @see RFC 7518 §3.1, RFC 8037, RFC 9864
 *
 * @example
 * const algorithms: Algorithm[] = ['RS256', 'ES256']
 */
export type Algorithm = keyof typeof table

export const ALGORITHMS = Object.keys(table) as readonly Algorithm[]

/** How signatures of an algorithm are made; undefined for one that cannot be turned on. */
export function kindOf(algorithm: string): Pick<AlgorithmRow, 'kty' | 'padding'> | undefined {
  return Object.hasOwn(table, algorithm) ? table[algorithm as Algorithm] : undefined
}

/** The algorithms that a key of this type and curve can sign with. */
export function algorithmsOf({ kty, crv }: { kty?: unknown; crv?: unknown }): readonly Algorithm[] {
  return ALGORITHMS.filter((name) => {
    const row: AlgorithmRow = table[name]
    return row.kty === kty && (row.crv === undefined || row.crv === crv)
  })
}

/** A key with the parameters that Node's `crypto.verify` takes for one algorithm. */
export interface VerifyInput {
  readonly digest: string | undefined
  readonly key: VerifyKeyObjectInput
  /** Whether one verification takes so long that it must not run on the event loop. */
  readonly slow: boolean
}

/** Verifying takes far longer with longer keys, and with keys that are not RSA. */
const MAX_FAST_RSA_BITS = 4096

/** @see RFC 7518 §3.3, §3.4, §3.5, RFC 8037 §3.1 */
export function verifyInput(key: KeyObject, algorithm: Algorithm): VerifyInput {
  const { kty, digest, padding }: AlgorithmRow = table[algorithm]
  if (kty === 'EC') return { digest, key: { key, dsaEncoding: 'ieee-p1363' }, slow: true }
  if (kty === 'OKP') return { digest, key: { key }, slow: true }
  const isLong = (key.asymmetricKeyDetails?.modulusLength ?? 0) > MAX_FAST_RSA_BITS
  if (padding === 'pkcs1') return { digest, key: { key, padding: constants.RSA_PKCS1_PADDING }, slow: isLong }
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
  return { digest, key: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, slow: isLong }
}
