export type GrantType = 'authorization_code' | 'client_credentials' | 'refresh_token'

export interface ApiSettings {
  /** What clients send as `audience` and what tokens carry as `aud`. */
  identifier: string
  /** Every scope the API knows. */
  scopes: readonly string[]
  /** Seconds an access token for this API lives. Default 86400. */
  tokenLifetimeSeconds?: number
  /** `rfc9068` issues `typ: at+jwt` with `client_id` and `jti`. Default `auth0`. @see RFC 9068 §2 */
  tokenProfile?: 'auth0' | 'rfc9068'
  /** Limits a user's scopes to the user's permissions. Default false. */
  rbac?: boolean
  /** Adds the `permissions` claim; needs `rbac`. Default false. */
  permissions?: boolean
}

export interface ClientSettings {
  clientId: string
  /** Absent for a public client, such as a single-page application. */
  clientSecret?: string
  /** What the log-in page calls the client. Default: the client id. */
  name?: string
  grants: readonly GrantType[]
  /** Scopes the client may have, by API identifier. Default none. */
  apis?: Readonly<Record<string, readonly string[]>>
  /** Scopes the client may have for the tenant's own Management API. Default none. */
  managementScopes?: readonly string[]
  /** Where log-ins may return to, compared exactly. Needed by `authorization_code`. */
  redirectUris?: readonly string[]
  /** Where log-outs may return to, compared exactly. Default none. */
  logoutUris?: readonly string[]
  /** Further browser origins; those of `redirectUris` are always allowed. Default none. */
  webOrigins?: readonly string[]
  /** Ids of the organizations the client may name. Default none. */
  organizations?: readonly string[]
  /** Whether every request must name an organization. Default false. */
  organizationRequired?: boolean
}

export interface UserSettings {
  /** The `sub` of the user's tokens. */
  userId: string
  name: string
  email: string
  /** The user's permissions, by API identifier. Default none. */
  permissions?: Readonly<Record<string, readonly string[]>>
  /** Ids of the organizations the user is a member of. Default none. */
  organizations?: readonly string[]
}

export interface OrganizationSettings {
  /** The `org_id` of tokens. */
  id: string
  name: string
}

export interface TenantOptions {
  /** The first is the one `token()` signs for when told no audience. */
  apis: readonly ApiSettings[]
  clients: readonly ClientSettings[]
  /** Who can log in. Default nobody. */
  users?: readonly UserSettings[]
  /** Default none. */
  organizations?: readonly OrganizationSettings[]
  /** The audience of requests that name none. Default: none, such requests are treated as having no audience. */
  defaultAudience?: string
}
