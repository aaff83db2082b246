import { grantScopes, type Target } from './authorization.js'
import { splitScope } from './parameters.js'
import type { Session } from './sessions.js'
import type { Claims } from './signing-keys.js'
import type { ClientSettings, UserSettings } from './tenant-options.js'

/** What a user's log-in lets a client have. */
export interface UserGrant {
  client: ClientSettings
  user: UserSettings
  session: Session
  /** Absent when the tokens are for the issuer's own userinfo endpoint. */
  audience: string | undefined
  scopes: readonly string[]
  organization: string | undefined
  nonce: string | undefined
}

const identityScopes = ['openid', 'profile', 'email']

function apiScopes({ api, clientScopes = [] }: Target, user: UserSettings): readonly string[] {
  if (!api.rbac) return clientScopes
  return clientScopes.filter((scope) => user.permissions?.[api.identifier]?.includes(scope))
}

interface ScopeRequest {
  client: ClientSettings
  user: UserSettings
  target: Target | undefined
  requested: string | undefined
}

/** The scopes a user's log-in grants; only those of the API when the request names none. */
export function userScopes({ client, user, target, requested }: ScopeRequest): readonly string[] {
  const ofApi = target ? apiScopes(target, user) : []
  if (splitScope(requested).length === 0) return ofApi
  const offline = client.grants.includes('refresh_token') ? ['offline_access'] : []
  return grantScopes(requested, [...identityScopes, ...offline, ...ofApi])
}

/** What the scopes let a client know of the user. @see OpenID Connect Core §5.4 */
export function profileClaims(user: UserSettings, scopes: readonly string[]): Claims {
  const { name, email } = user
  return {
    ...(scopes.includes('profile') && { name }),
    ...(scopes.includes('email') && { email, email_verified: true }),
  }
}
