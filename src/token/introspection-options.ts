import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ALGORITHMS, type Algorithm } from '../jose/algorithms.js'
import { bool, type Check, oneOf, seconds, secretObject, text, wrong } from '../options/checks.js'
import { checked, type Fields, maybe, or, required } from '../options/schema.js'

interface CommonOptions {
  /** Whose opaque tokens these are: one of the `issuer`s. Needed where there are several. */
  issuer?: string
  /** Where to ask. Default: the metadata name the address. */
  endpoint?: string
  /** Who this API is to the authorization server. */
  clientId: string
  /**
   * Seconds that an answer is used without asking again, never beyond `exp`: a revoked token is taken for that long.
   * Default 30, at most 900.
   */
  maxAgeSeconds?: number
  /** Deadline of one question in seconds, discovery included. Default 5, at most 60. */
  timeoutSeconds?: number
  /** Demands signed answers, made for `clientId` or this API's audience. Default false. @see RFC 9701 */
  signedResponse?: boolean
  /**
   * Whether an answer must name this API in `aud`. Set false for servers that send none: safe only where every token
   * of that server may be used here. A wrong `aud` is refused all the same. Default true. @see RFC 7662 §2.2
   */
  requireAudience?: boolean
  /** Asks about JWTs of this issuer too once they are verified, so that a revoked one ends within `maxAgeSeconds`. Default false. */
  jwts?: boolean
}

interface SecretOptions {
  clientSecret: string
  /** Default `client_secret_basic`. @see RFC 6749 §2.3.1 */
  authMethod?: 'client_secret_basic' | 'client_secret_post'
  privateKey?: never
}

interface PrivateKeyOptions {
  /** A private JWK with `alg`, and `kid` if the server knows it by one: `private_key_jwt`. @see RFC 7523 §2.2 */
  privateKey: object
  authMethod?: 'private_key_jwt'
  clientSecret?: never
}

/**
 * How the authorization server is asked about opaque access tokens.
 *
 * @example
 * requireAuth({ issuer, audience, introspection: { clientId: 'messages-api', clientSecret: process.env.API_SECRET } })
 * @see RFC 7662
 */
export type IntrospectionOptions = CommonOptions & (SecretOptions | PrivateKeyOptions)

export interface SigningKey {
  readonly key: KeyObject
  readonly alg: Algorithm
  readonly kid?: string
}

export type ClientCredential =
  | { readonly method: 'client_secret_basic'; readonly secret: string }
  | { readonly method: 'client_secret_post'; readonly secret: string }
  | { readonly method: 'private_key_jwt'; readonly signingKey: SigningKey }

/** Never shows the value. */
const secret: Check<string> = (value, name) => {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`${name} must be a non-empty string`)
}

/** Never shows the value: Node's own message may quote the key, too. */
const signingKey: Check<SigningKey> = (value, name) => {
  const jwk = value as { alg?: unknown; kid?: unknown } | null
  const alg = ALGORITHMS.find((each) => each === jwk?.alg)
  try {
    if (jwk && alg !== undefined) {
      const key = createPrivateKey({ key: jwk as never, format: 'jwk' })
      return { key, alg, ...(typeof jwk.kid === 'string' && { kid: jwk.kid }) }
    }
  } catch {
    // told below
  }
  throw new TypeError(`${name} must be a private JWK with an alg of ${ALGORITHMS.join(', ')}`)
}

type Names = CommonOptions & { clientSecret?: string; privateKey?: object; authMethod?: string }

const FIELDS = {
  issuer: maybe(text),
  endpoint: maybe(text),
  clientId: required(text),
  maxAgeSeconds: or(30, seconds({ max: 900 })),
  timeoutSeconds: or(5, seconds({ min: 'above 0', max: 60 })),
  signedResponse: or(false, bool),
  requireAudience: or(true, bool),
  jwts: or(false, bool),
  clientSecret: maybe(secret),
  privateKey: maybe(signingKey),
  authMethod: maybe(oneOf('client_secret_basic', 'client_secret_post', 'private_key_jwt')),
} satisfies Fields<Names>

/** Options once checked. */
export type IntrospectionRules = ReturnType<typeof introspectionRules>

/** A check for the option `introspection`. */
export const introspectionRules = (value: unknown, name: string) => {
  const { clientSecret, privateKey, authMethod, ...rules } = checked(FIELDS, secretObject(value, name), {
    name,
  })
  if ((clientSecret === undefined) === (privateKey === undefined))
    throw new TypeError(`${name} needs one of clientSecret and privateKey`)
  const credential: ClientCredential =
    clientSecret === undefined
      ? { method: 'private_key_jwt', signingKey: privateKey as SigningKey }
      : { method: secretMethod(authMethod, name), secret: clientSecret }
  if (authMethod !== undefined && authMethod !== credential.method)
    throw wrong(`${name}.authMethod`, '"private_key_jwt" beside privateKey', authMethod)
  return Object.freeze({ ...rules, credential })
}

function secretMethod(
  method: string | undefined,
  name: string,
): 'client_secret_basic' | 'client_secret_post' {
  if (method === undefined || method === 'client_secret_basic') return 'client_secret_basic'
  if (method === 'client_secret_post') return method
  throw wrong(
    `${name}.authMethod`,
    '"client_secret_basic" or "client_secret_post" beside clientSecret',
    method,
  )
}
