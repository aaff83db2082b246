import { generateKeyPair, hash, type KeyObject, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Claims } from './signing-keys.js'
import type { TestTokenOptions } from './test-token.js'

export interface DpopProofOptions {
  /** From the `DPoP-Nonce` header of an earlier answer. */
  nonce?: string
  /** Claims to add or replace; one set to `undefined` is removed. */
  claims?: Claims
  /** Members of the protected header to add or replace; the signature stays ES256. */
  header?: Claims
}

/** A key pair of a client that proves with every request that it holds it. */
export interface DpopKey {
  /** The public key. */
  readonly jwk: JWK
  /** Its thumbprint, as in a bound token's `cnf.jkt`. */
  readonly jkt: string
  /** Signs an access token that is bound to this key, without asking over HTTP. */
  token(options?: TestTokenOptions): Promise<string>
  /** Makes the value of a `DPoP` header for one request. Without `token` it is one for a token endpoint. */
  proof(method: string, url: string, token?: string, options?: DpopProofOptions): Promise<string>
}

const createEcKeys = promisify(generateKeyPair)
const signBytes = promisify(sign)

/** Makes a P-256 key pair, and tokens bound to it by way of `createToken`. @see RFC 9449 §4 */
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

// jose refuses to sign a wrong `alg`, which tests of a resource server need
async function signProof(key: KeyObject, header: Claims, claims: Claims): Promise<string> {
  const signingInput = `${base64url(header)}.${base64url(claims)}`
  const signature = await signBytes('SHA256', Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' })
  return `${signingInput}.${signature.toString('base64url')}`
}

function base64url(members: Claims): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url')
}
