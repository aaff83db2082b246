import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'
import { promisify, types } from 'node:util'
import { calculateJwkThumbprint, createLocalJWKSet, type JWK, jwtVerify } from 'jose'

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
 * A private RSA key of at least 2048 bits: a Node KeyObject, a JWK or PEM text without passphrase.
 *
 * @example
 * const issuer = await startTestIssuer({ signingKey: readFileSync('test/key.pem', 'utf8') })
 */
export type SigningKeySource = KeyObject | object | string

/**
 * How `issuer.rotateKeys()` treats the former keys.
 *
 * @example
 * await issuer.rotateKeys({ keepPrevious: true })
 */
export interface RotateKeysOptions {
  /** What is signed with from now on. Default: a new key, which takes a tenth of a second and more to make. */
  signingKey?: SigningKeySource
  /** Keeps the former keys in the JWK Set, as a tenant does after "rotate". Default false: withdrawn at once. */
  keepPrevious?: boolean
}

export interface SigningKeys {
  /** What the JWK Set endpoint answers. */
  jwks(): { keys: JsonWebKey[] }
  /** Signs with RS256, whatever `header.alg` is set to. A member set to `undefined` is left out. */
  sign(claims: Claims, header?: Claims): Promise<string>
  /** The claims of an unexpired token that a published key signed for one of `issuers`, else nothing. */
  verify(token: string, issuers: readonly string[]): Promise<Claims | undefined>
  /** @throws TypeError naming `signingKey` when that is no such key; the keys are as they were. */
  rotate(options?: RotateKeysOptions): Promise<void>
}

const MIN_RSA_BITS = 2048 // RFC 7518 §3.3

const createRsaKeys = promisify(generateKeyPair)
const signBytes = promisify(sign)

/** By way of PEM: in Node 20 a key that was just made can lock up for ever when it is exported as a JWK. */
async function newPrivateKey(): Promise<KeyObject> {
  const { privateKey } = await createRsaKeys('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return createPrivateKey(privateKey)
}

function parsePrivateKey(source: unknown): KeyObject | undefined {
  if (types.isKeyObject(source)) return source
  try {
    if (typeof source === 'string') return createPrivateKey(source)
    return createPrivateKey({ key: source as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined // Node's own words may quote what it was given
  }
}

function checkPrivateKey(source: unknown): KeyObject {
  const key = parsePrivateKey(source)
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
  if (key?.type === 'private' && key.asymmetricKeyType === 'rsa' && bits >= MIN_RSA_BITS) return key
  const expected = `a private RSA key of at least ${MIN_RSA_BITS} bits: a KeyObject, a JWK or PEM text`
  throw new TypeError(`signingKey must be ${expected}`)
}

async function createSigningKey(source?: SigningKeySource): Promise<SigningKey> {
  const privateKey = source === undefined ? await newPrivateKey() : checkPrivateKey(source)
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
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

/**
 * Signs with one key at a time, whose `kid` is its thumbprint (RFC 7638), and publishes its public half.
 *
 * Makes a key only when none is given.
 *
 * @throws TypeError naming `signingKey`, without its value, when that is no private RSA key of at least 2048 bits.
 */
export async function createSigningKeys(signingKey?: SigningKeySource): Promise<SigningKeys> {
  let current = await createSigningKey(signingKey)
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
    async rotate({ signingKey: next, keepPrevious = false } = {}) {
      current = await createSigningKey(next)
      const others = published.filter(({ kid }) => kid !== current.kid) // a key may be given again
      published = keepPrevious ? [current.publicJwk, ...others] : [current.publicJwk]
    },
  }
}
