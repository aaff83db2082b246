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
  /** Claims beside those every access token has. */
  claims?: Claims
}

function profileClaims({ profile, clientId, claims = {} }: AccessTokenGrant): Claims {
  if (profile === 'auth0') return { azp: clientId, ...claims }
  const { gty: _, ...rest } = claims // a claim of the Auth0 profile alone
  return { client_id: clientId, jti: randomUUID(), ...rest }
}

/** The claims an access token has, unsigned. */
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

/** The protected header of a profile's access tokens, beside `alg` and `kid`. @see RFC 9068 §2.1 */
export function accessTokenHeader(profile: Api['tokenProfile']): Claims {
  return { typ: profile === 'rfc9068' ? 'at+jwt' : 'JWT' }
}

export function signAccessToken(keys: SigningKeys, grant: AccessTokenGrant): Promise<string> {
  return keys.sign(accessTokenClaims(grant), accessTokenHeader(grant.profile))
}
