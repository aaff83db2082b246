import { verify } from 'node:crypto'
import { compactVerify, errors } from 'jose'
import type { UnverifiedJws } from './compact-jws.js'
import type { VerificationKey } from './jwk.js'

/** Whether a JWS in compact form is signed with `key`, by the one algorithm that the key is for (RFC 8725 §3.2). */
export async function isSignedBy(jws: string, { key, alg }: VerificationKey): Promise<boolean> {
  try {
    await compactVerify(jws, key, { algorithms: [alg] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}

/**
 * The same answer, at once, for access tokens: a flood of new ones must not keep the processor busy with handing work
 * to threads. Node's own verification takes a third of the time that WebCrypto takes, which jose builds on, and keeps
 * the event loop no longer. The key was imported by jose; its algorithm, never the token, says how to verify.
 */
export function hasSignatureOf(
  { native: { digest, input } }: VerificationKey,
  { signingInput, signature }: UnverifiedJws,
): boolean {
  return verify(digest, Buffer.from(signingInput, 'latin1'), input, signature)
}
