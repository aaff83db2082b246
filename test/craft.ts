import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  constants as padding,
  sign,
} from 'node:crypto'
import type { JWK } from 'jose'
import { messages } from './api.js'
import { readyKey, readyKeyOfSize } from './keys/ready-keys.js'

/** The issuer that crafted tokens name. Its keys are given inline: nobody listens there. */
export const craftedIssuer = 'https://login.northwind.com/'

/** An object is written as JSON; text and bytes stand as they are, whatever they are. */
export type Content = Readonly<Record<string, unknown>> | string | Uint8Array

export interface CraftedKey {
  privateKey: KeyObject
  /** The public half, with `kid`, and without `alg` and `use`. */
  jwk: JWK
}

export interface Crafted {
  header?: Content
  claims?: Content
  /** A private key, or a secret for HS256. */
  key: KeyObject
  /** How it is signed, whatever the header says. Default RS256. */
  alg?: string
}

/** A key pair of any strength, as `generateKeyPairSync` takes it. An RSA key is a ready one of its size, if there is one. */
export function craftKey(
  type: 'rsa' | 'ec' | 'ed25519' = 'rsa',
  options: { modulusLength?: number; namedCurve?: string | undefined } = {},
  kid = 'crafted',
): CraftedKey {
  const ready = type === 'rsa' ? readyRsaKey(options.modulusLength) : undefined
  const privateKey = ready ?? newPrivateKey(type, options)
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
  return { privateKey, jwk: { ...jwk, kid } }
}

function readyRsaKey(bits = 2048): KeyObject | undefined {
  return bits === 2048 ? readyKey() : readyKeyOfSize(bits)
}

/** By way of PEM: in Node 20 a key that was just made can lock up for ever when it is exported as a JWK. */
function newPrivateKey(type: 'rsa' | 'ec' | 'ed25519', options: object): KeyObject {
  const defaults = { modulusLength: 2048, namedCurve: 'P-256', ...options }
  const { privateKey } = generateKeyPairSync(type as 'rsa', {
    ...defaults,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return createPrivateKey(privateKey)
}

/** A setting for `issuer` whose tokens are signed with one of these keys; nothing is fetched. */
export function trusting(...keys: JWK[]) {
  return { issuer: craftedIssuer, jwks: { keys } }
}

/** Stands in for `fetch`: answers for the crafted issuer at once, with these keys. */
export function answering(...keys: JWK[]): typeof fetch {
  const metadata = { issuer: craftedIssuer, jwks_uri: `${craftedIssuer}keys` }
  return async (url) => Response.json(String(url) === metadata.jwks_uri ? { keys } : metadata)
}

/** The secret of an algorithm-confusion attack: public text taken for an HMAC key. */
export function craftSecret(text: string): KeyObject {
  return createSecretKey(Buffer.from(text))
}

/** Claims that pass every check, with `changes` on top; a member set to `undefined` is left out. */
export function goodClaims(changes: Readonly<Record<string, unknown>> = {}) {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: craftedIssuer,
    aud: messages,
    sub: 'auth0|ada',
    client_id: 'messages-web',
    jti: 'crafted-token',
    iat: now,
    exp: now + 3600,
    scope: 'read:messages',
    ...changes,
  }
}

/** A part of a compact JWS. */
export function encode(content: Content): string {
  const bytes =
    typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content)
  return Buffer.from(bytes as string).toString('base64url')
}

/** A token with a true signature over whatever it is made of. */
export function craft({ header = {}, claims = goodClaims(), key, alg = 'RS256' }: Crafted): string {
  const isRaw = typeof header === 'string' || header instanceof Uint8Array
  const protectedHeader = isRaw ? header : { alg, typ: 'at+jwt', kid: 'crafted', ...header }
  return seal(`${encode(protectedHeader)}.${encode(claims)}`, key, alg)
}

/** Signs any text: parts that are no base64url, too few of them or too many. */
export function seal(signingInput: string, key: KeyObject, alg = 'RS256'): string {
  return `${signingInput}.${signatureOf(Buffer.from(signingInput), key, alg).toString('base64url')}`
}

function signatureOf(input: Buffer, key: KeyObject, alg: string): Buffer {
  const digest = `sha${alg.slice(-3)}`
  if (alg.startsWith('HS')) return createHmac(digest, key).update(input).digest()
  if (alg.startsWith('ES')) return sign(digest, input, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('Ed')) return sign(null, input, key)
  const pss = { padding: padding.RSA_PKCS1_PSS_PADDING, saltLength: padding.RSA_PSS_SALTLEN_DIGEST }
  return sign(digest, input, alg.startsWith('PS') ? { key, ...pss } : key)
}
