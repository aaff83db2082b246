import { generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, createLocalJWKSet, type JSONWebKeySet, type JWK, jwtVerify } from 'jose'

/**
 * Claims, or members of a protected header.
 *
 * @example
 * const claims: Claims = { sub: 'auth0|ada', org_id: 'org_1' }
 */
export type Claims = Readonly<Record<string, unknown>>

interface SigningKey {
  kid: string
  privateKey: KeyObject
  publicJwk: JWK
}

/**
 * How `issuer.rotateKeys()` treats the former keys.
 *
 * @example
 * await issuer.rotateKeys({ keepPrevious: true })
 */
export interface RotateKeysOptions {
  /** Keeps the former keys in the JWK Set, as a tenant does after "rotate". Default false: withdrawn at once. */
  keepPrevious?: boolean
}

export interface SigningKeys {
  /** What the JWK Set endpoint answers. */
  jwks(): JSONWebKeySet
  /** Signs with RS256, whatever `header.alg` is set to. A member set to `undefined` is left out. */
  sign(claims: Claims, header?: Claims): Promise<string>
  /** The claims of an unexpired token that a published key signed for one of `issuers`, else nothing. */
  verify(token: string, issuers: readonly string[]): Promise<Claims | undefined>
  rotate(options?: RotateKeysOptions): Promise<void>
}

const createRsaKeys = promisify(generateKeyPair)
const signBytes = promisify(sign)

async function createSigningKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await createRsaKeys('rsa', { modulusLength: 2048 })
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, privateKey, publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' } }
}

function base64url(members: Claims): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url')
}

// jose refuses to sign a wrong `alg`, and tests of a resource server need such tokens
async function signRs256({ kid, privateKey }: SigningKey, claims: Claims, header: Claims): Promise<string> {
  const protectedHeader = { alg: 'RS256', typ: 'JWT', kid, ...header }
  const signingInput = `${base64url(protectedHeader)}.${base64url(claims)}`
  const signature = await signBytes('RSA-SHA256', Buffer.from(signingInput), privateKey)
  return `${signingInput}.${signature.toString('base64url')}`
}

export async function createSigningKeys(): Promise<SigningKeys> {
  let current = await createSigningKey()
  let published = [current.publicJwk]
  const jwks = () => ({ keys: published })
  return {
    jwks,
    sign: (claims, header = {}) => signRs256(current, claims, header),
    async verify(token, issuers) {
      const options = { issuer: [...issuers], algorithms: ['RS256'], currentDate: new Date(Date.now()) }
      const verified = await jwtVerify(token, createLocalJWKSet(jwks()), options).catch(() => undefined)
      return verified?.payload
    },
    async rotate({ keepPrevious = false } = {}) {
      current = await createSigningKey()
      published = keepPrevious ? [current.publicJwk, ...published] : [current.publicJwk]
    },
  }
}
