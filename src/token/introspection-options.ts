import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { isHttpsOrLoopbackUrl } from '../issuer/issuer-url.js'
import { ALGORITHMS, type Algorithm } from '../jwk.js'
import * as check from '../option-checks.js'

interface CommonOptions {
  /** Whose opaque tokens these are: one of the `issuer`s. Needed where there are several. */
  issuer?: string
  /** Where to ask. Default: discovery tells. */
  endpoint?: string
  /** Who this API is to the authorization server. */
  clientId: string
  /** Seconds that an answer is used without asking again, never beyond `exp`: so long a revoked token is taken. Default 30. */
  maxAgeSeconds?: number
  /** Deadline of one question in seconds, discovery included. Default 5. */
  timeoutSeconds?: number
  /** Demands signed answers, made for `clientId`. Default false. @see RFC 9701 */
  signedResponse?: boolean
}

interface SecretOptions {
  clientSecret: string
  /** Default `client_secret_basic`. @see RFC 6749 §2.3.1 */
  authMethod?: 'client_secret_basic' | 'client_secret_post'
  privateKey?: never
}

interface PrivateKeyOptions {
  /** A private JWK with `alg`, and `kid` if the server knows it by one: `private_key_jwt`. @see RFC 7523 §2.2 */
  privateKey: JWK
  authMethod?: 'private_key_jwt'
  clientSecret?: never
}

/** How opaque access tokens are asked about. @see RFC 7662 */
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

/** Options once checked. */
export interface IntrospectionRules {
  readonly endpoint: string | undefined
  readonly clientId: string
  readonly credential: ClientCredential
  readonly maxAgeSeconds: number
  readonly timeoutSeconds: number
  readonly signedResponse: boolean
}

const NAMES = [
  'issuer',
  'endpoint',
  'clientId',
  'clientSecret',
  'privateKey',
  'authMethod',
  'maxAgeSeconds',
  'timeoutSeconds',
  'signedResponse',
]

/** @throws TypeError naming the option; its value is not shown where it may be a secret. */
export function introspectionRules(options: IntrospectionOptions): IntrospectionRules {
  check.checkNames('introspection', check.plainObject('introspection', options), NAMES)
  const { endpoint, clientId, maxAgeSeconds = 30, timeoutSeconds = 5, signedResponse = false } = options
  if (endpoint !== undefined && !isHttpsOrLoopbackUrl(endpoint))
    throw check.wrong('introspection.endpoint', 'an https URL (http only for loopback hosts)', endpoint)
  if (typeof clientId !== 'string' || clientId === '')
    throw check.wrong('introspection.clientId', 'a non-empty string', clientId)
  return Object.freeze({
    endpoint,
    clientId,
    credential: credentialOf(options),
    maxAgeSeconds: check.notNegative('introspection.maxAgeSeconds', maxAgeSeconds),
    timeoutSeconds: check.positive('introspection.timeoutSeconds', timeoutSeconds),
    signedResponse: check.bool('introspection.signedResponse', signedResponse),
  })
}

function credentialOf({ clientSecret, privateKey, authMethod }: IntrospectionOptions): ClientCredential {
  if ((clientSecret === undefined) === (privateKey === undefined))
    throw new TypeError('introspection needs one of clientSecret and privateKey')
  const methods: readonly string[] =
    privateKey === undefined ? ['client_secret_basic', 'client_secret_post'] : ['private_key_jwt']
  const method = authMethod ?? methods[0]
  if (!methods.includes(method as string))
    throw check.wrong('introspection.authMethod', methods.join(' or '), authMethod)
  if (privateKey !== undefined) return { method: 'private_key_jwt', signingKey: signingKeyOf(privateKey) }
  if (typeof clientSecret !== 'string' || clientSecret === '')
    throw new TypeError('introspection.clientSecret must be a non-empty string')
  return { method: method as 'client_secret_basic' | 'client_secret_post', secret: clientSecret }
}

function signingKeyOf(jwk: JWK): SigningKey {
  const alg = ALGORITHMS.find((each) => each === jwk?.alg)
  try {
    if (alg !== undefined)
      return {
        key: createPrivateKey({ key: jwk as never, format: 'jwk' }),
        alg,
        ...(typeof jwk.kid === 'string' && { kid: jwk.kid }),
      }
  } catch {
    // Node's own message may quote the key
  }
  throw new TypeError(
    `introspection.privateKey must be a private JWK with an alg of ${ALGORITHMS.join(', ')}`,
  )
}
