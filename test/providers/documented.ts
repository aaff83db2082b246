import type { RequestHandler } from 'express'
import type { RequireAuthOptions } from 'express-require-auth'

type Members = Readonly<Record<string, unknown>>

/** A token as a provider documents it, and what the recipe for that provider makes of it. */
export interface Documented {
  name: string
  options: RequireAuthOptions
  check: RequestHandler | RequestHandler[]
  /** Where the provider has its metadata, and what issuer they name; absent where the recipe says `jwksUri`. */
  metadata?: { at: string; issuer: string }
  jwksUri: string
  alg?: 'RS256' | 'ES256' | 'ES384' | 'EdDSA'
  header?: Members
  /** Members that the provider's JWKs have besides the key. */
  jwk?: Members
  claims: Members
  /** Changes that make it a token for another API. */
  otherAudience: Members
  /** Changes that make it a token which may not do this. */
  withoutPermission: Members
  /** Changes that make it a token of another kind, such as an ID token. */
  otherKind?: { header?: Members; claims?: Members }
}

/** For a provider whose metadata are where RFC 8414 and OpenID Connect Discovery look for them. */
export function discovered(issuer: string, jwksUri: string): Pick<Documented, 'metadata' | 'jwksUri'> {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  return { metadata: { at: `${base}/.well-known/openid-configuration`, issuer }, jwksUri }
}
