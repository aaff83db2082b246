import type { FindTarget, Target } from '../grants/target.js'
import type { UserGrant } from '../grants/user-grant.js'
import type { IssuedTokens } from './issued-tokens.js'
import { profileClaims } from './profile-claims.js'
import type { Claims, SigningKeys } from './signing-keys.js'
import type { TokenResponse } from './token-response.js'

interface UserTokensOptions {
  keys: SigningKeys
  issued: IssuedTokens
  findTarget: FindTarget
}

export interface UserTokenRequest {
  grant: UserGrant
  issuer: string
  /** The scopes of the grant, or fewer. */
  scopes: readonly string[]
}

const idTokenLifetimeSeconds = 36_000

function idTokenClaims({ grant, issuer, scopes }: UserTokenRequest): Claims {
  const { client, user, session, organization, nonce } = grant
  const issuedAt = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: user.userId,
    aud: client.clientId,
    iat: issuedAt,
    exp: issuedAt + idTokenLifetimeSeconds,
    auth_time: session.authTime,
    sid: session.id,
    nonce,
    org_id: organization,
    ...profileClaims(user, scopes),
  }
}

// The userinfo endpoint accepts the token of a custom API too when `openid` was granted
function audienceOf(target: Target | undefined, { issuer, scopes }: UserTokenRequest) {
  const userinfo = `${issuer}userinfo`
  if (!target) return userinfo
  const { identifier } = target.api
  return scopes.includes('openid') && !target.management ? [identifier, userinfo] : identifier
}

function accessGrant(target: Target | undefined, request: UserTokenRequest) {
  const { grant, issuer, scopes } = request
  const { tokenLifetimeSeconds = 86400, tokenProfile = 'auth0', identifier = '' } = target?.api ?? {}
  const permissions = target?.api.permissions ? (grant.user.permissions?.[identifier] ?? []) : undefined
  return {
    issuer,
    audience: audienceOf(target, request),
    subject: grant.user.userId,
    clientId: grant.client.clientId,
    scopes,
    lifetimeSeconds: tokenLifetimeSeconds,
    profile: tokenProfile,
    claims: { org_id: grant.organization, permissions },
  }
}

export type IssueUserTokens = (request: UserTokenRequest) => Promise<TokenResponse>

export function createUserTokens({ keys, issued, findTarget }: UserTokensOptions): IssueUserTokens {
  return async (request) => {
    const { grant, issuer, scopes } = request
    const { client, audience } = grant
    const target = audience === undefined ? undefined : findTarget({ client, audience, issuer })
    const access = accessGrant(target, request)
    const accessToken = target ? await issued.signed(access) : issued.opaque(access)
    const idToken = scopes.includes('openid') ? await keys.sign(idTokenClaims(request)) : undefined
    return { accessToken, idToken, expiresInSeconds: access.lifetimeSeconds, scopes }
  }
}
