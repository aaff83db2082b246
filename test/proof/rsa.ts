import { hash, type JsonWebKey, randomBytes } from 'node:crypto'
import { readyKey } from '../keys/ready-keys.js'

/** An RSA key of any number of primes, and any exponent: keys that no library makes, and every library verifies with. */
export interface CraftedRsaKey {
  readonly jwk: JsonWebKey
  /** RS256. */
  sign(text: string): string
}

/**
 * Makes a key of `primes` primes of 1024 bits each, which are those of the ready keys: nothing has to be searched for.
 *
 * @param exponentBits Default: 65537, which has 17.
 */
export function craftRsaKey(primes: number, exponentBits?: number): CraftedRsaKey {
  const factors = Array.from({ length: Math.ceil(primes / 2) }, primesOfReadyKey)
    .flat()
    .slice(0, primes)
  const modulus = factors.reduce((product, factor) => product * factor, 1n)
  const exponent = exponentBits === undefined ? 65_537n : exponentOf(exponentBits, factors)
  return {
    jwk: { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) },
    sign: (text) => base64url(rootOf(padded(text, modulus), exponent, factors), byteLength(modulus)),
  }
}

function primesOfReadyKey(): [bigint, bigint] {
  const { p, q } = readyKey().export({ format: 'jwk' })
  return [numberOf(Buffer.from(p as string, 'base64url')), numberOf(Buffer.from(q as string, 'base64url'))]
}

function exponentOf(bits: number, primes: readonly bigint[]): bigint {
  for (;;) {
    const candidate = numberOf(randomBytes(bits / 8)) | (1n << BigInt(bits - 1)) | 1n
    if (primes.every((prime) => inverse(candidate, prime - 1n) !== undefined)) return candidate
  }
}

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2). */
function padded(text: string, modulus: bigint): bigint {
  const digestInfo = `3031300d060960864801650304020105000420${hash('sha256', text)}`
  const fill = 'f'.repeat(2 * byteLength(modulus) - 6 - digestInfo.length)
  return BigInt(`0x0001${fill}00${digestInfo}`)
}

/** The number whose power is `message`, by the Chinese remainder theorem: one short power for each prime. */
function rootOf(message: bigint, exponent: bigint, primes: readonly bigint[]): bigint {
  const modulus = primes.reduce((product, prime) => product * prime, 1n)
  const parts = primes.map((prime) => {
    const root = power(message % prime, inverse(exponent, prime - 1n) as bigint, prime)
    const others = modulus / prime
    return root * others * (inverse(others, prime) as bigint)
  })
  return parts.reduce((sum, part) => sum + part, 0n) % modulus
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n, square = (square * square) % modulus)
    if (rest & 1n) result = (result * square) % modulus
  return result
}

/** By Euclid. Undefined where there is none. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [remainder, next, factor, nextFactor] = [modulus, value % modulus, 0n, 1n]
  while (next !== 0n) {
    const quotient = remainder / next
    ;[remainder, next] = [next, remainder - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return remainder === 1n ? ((factor % modulus) + modulus) % modulus : undefined
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function byteLength(value: bigint): number {
  return Math.ceil(value.toString(16).length / 2)
}

function base64url(value: bigint, length = byteLength(value)): string {
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex').toString('base64url')
}
