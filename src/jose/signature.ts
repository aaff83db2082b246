import { verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { UnverifiedJws } from './compact-jws.js'
import type { VerificationKey } from './verification-key.js'

const verifyOffLoop = promisify(verify)

/**
 * Whether a JWS is signed with `key`, by the one algorithm that the key is for (RFC 8725 §3.2).
 *
 * At once for RSA, whose verification is short: handing it to a thread costs more than doing it. A promise for other
 * keys and long ones, since a flood of forged tokens must not keep the event loop busy. A thread that verifies several
 * signatures in a row is quicker at it, too: between requests, a P-256 signature takes half as long again. jose imported
 * the key; the key's algorithm, never the token, says how to verify.
 */
export function isSigned(
  { input: { digest, key, slow } }: VerificationKey,
  { signingInput, signature }: UnverifiedJws,
): boolean | Promise<boolean> {
  const signed = Buffer.from(signingInput, 'latin1')
  return slow ? verifyOffLoop(digest, signed, key, signature) : verify(digest, signed, key, signature)
}
