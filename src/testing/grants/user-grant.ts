import { splitScope } from '../requests/parameters.js'
import type { ClientSettings, UserSettings } from '../tenant/settings.js'
import { grantScopes, type Target } from './target.js'

/** A user's log-in at the issuer itself. */
export interface Session {
  /** The `sid` of ID tokens. The cookie holds another value. */
  id: string
  userId: string
  /** Seconds since 1970. */
  authTime: number
}

/** What a client may get by a user's log-in. */
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

/** Returns the scopes that a log-in grants. A request without scopes gets those of the API only. */
export function userScopes({ client, user, target, requested }: ScopeRequest): readonly string[] {
  const ofApi = target ? apiScopes(target, user) : []
  if (splitScope(requested).length === 0) return ofApi
  const offline = client.grants.includes('refresh_token') ? ['offline_access'] : []
  return grantScopes(requested, [...identityScopes, ...offline, ...ofApi])
}
