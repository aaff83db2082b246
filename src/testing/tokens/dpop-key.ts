import { generateKeyPair, hash, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Claims } from './signing-keys.js'
import type { TestTokenOptions } from './test-token.js'

/**
 * What `key.proof()` puts into a proof besides its usual claims.
 *
 * @example
 * const proof = await key.proof('GET', url, token, { nonce: response.headers['dpop-nonce'] })
 */
export interface DpopProofOptions {
  /** From the `DPoP-Nonce` header of an earlier answer. */
  nonce?: string
  /** Claims to add or replace; one set to `undefined` is removed. */
  claims?: Claims
  /** Members of the protected header to add or replace; the signature stays ES256. */
  header?: Claims
}

/**
 * A client's key pair for DPoP: each request carries a proof that the client holds the private key.
 *
 * @example
 * const key = await issuer.dpop()
 * const token = await key.token({ scope: 'read:messages' })
 * const proof = await key.proof('GET', 'http://localhost:3000/messages', token)
 * await fetch('http://localhost:3000/messages', { headers: { Authorization: `DPoP ${token}`, DPoP: proof } })
 */
export interface DpopKey {
  /** The public key. */
  readonly jwk: JsonWebKey
  /** The thumbprint of the public key: a bound token carries it as `cnf.jkt`. */
  readonly jkt: string
  /** Signs an access token that is bound to this key. Sends no request. */
  token(options?: TestTokenOptions): Promise<string>
  /** Makes the value of a `DPoP` header for one request. Leave out `token` for a request to a token endpoint. */
  proof(method: string, url: string, token?: string, options?: DpopProofOptions): Promise<string>
}

const createEcKeys = promisify(generateKeyPair)
const signBytes = promisify(sign)

/** Makes a P-256 key pair. Its `token()` calls `createToken` with a binding to the key. @see RFC 9449 §4 */
export async function createDpopKey(
  createToken: (options: TestTokenOptions) => Promise<string>,
): Promise<DpopKey> {
  const { publicKey, privateKey } = await createEcKeys('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const jkt = await calculateJwkThumbprint(jwk)
  return {
    jwk,
    jkt,
    token: (options = {}) => createToken({ ...options, claims: { cnf: { jkt }, ...options.claims } }),
    proof(method, url, token, { nonce, claims, header } = {}) {
      const proofClaims = { ...claimsOf(method, url, token), nonce, ...claims }
      return signProof(privateKey, { alg: 'ES256', typ: 'dpop+jwt', jwk, ...header }, proofClaims)
    },
  }
}

function claimsOf(htm: string, url: string, token: string | undefined): Claims {
  const [htu] = url.split(/[?#]/, 1)
  const ath = token === undefined ? undefined : hash('sha256', token, 'base64url')
  return { jti: randomUUID(), htm, htu, iat: Math.floor(Date.now() / 1000), ath }
}

// jose refuses to sign a wrong `alg`, and tests of a resource server need such proofs
async function signProof(key: KeyObject, header: Claims, claims: Claims): Promise<string> {
  const signingInput = `${base64url(header)}.${base64url(claims)}`
  const signature = await signBytes('SHA256', Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' })
  return `${signingInput}.${signature.toString('base64url')}`
}

function base64url(members: Claims): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url')
}
