import { randomUUID } from 'node:crypto'
import type { Api } from '../tenant/tenant.js'
import type { Claims, SigningKeys } from './signing-keys.js'

export interface AccessTokenGrant {
  issuer: string
  audience: string | readonly string[]
  subject: string
  clientId: string
  scopes: readonly string[]
  lifetimeSeconds: number
  profile: Api['tokenProfile']
  /** Claims besides those that every access token has. */
  claims?: Claims
}

function profileClaims({ profile, clientId, claims = {} }: AccessTokenGrant): Claims {
  if (profile === 'auth0') return { azp: clientId, ...claims }
  const { gty: _, ...rest } = claims // only the Auth0 profile has this claim
  return { client_id: clientId, jti: randomUUID(), ...rest }
}

/** Returns the claims of an access token. Does not sign them. */
export function accessTokenClaims(grant: AccessTokenGrant): Claims {
  const issuedAt = Math.floor(Date.now() / 1000)
  return {
    iss: grant.issuer,
    sub: grant.subject,
    aud: grant.audience,
    iat: issuedAt,
    exp: issuedAt + grant.lifetimeSeconds,
    scope: grant.scopes.join(' ') || undefined,
    ...profileClaims(grant),
  }
}

/** Returns the protected header of a profile's access tokens, without `alg` and `kid`. @see RFC 9068 §2.1 */
export function accessTokenHeader(profile: Api['tokenProfile']): Claims {
  return { typ: profile === 'rfc9068' ? 'at+jwt' : 'JWT' }
}

export function signAccessToken(keys: SigningKeys, grant: AccessTokenGrant): Promise<string> {
  return keys.sign(accessTokenClaims(grant), accessTokenHeader(grant.profile))
}
