/**
 * The grant types that the local tenant supports.
 *
 * @example
 * const grants: GrantType[] = ['authorization_code', 'refresh_token']
 */
export type GrantType = 'authorization_code' | 'client_credentials' | 'refresh_token'

/**
 * An API of the tenant.
 *
 * @example
 * const api: ApiSettings = { identifier: 'https://messages.northwind.com', scopes: ['read:messages'] }
 */
export interface ApiSettings {
  /** Clients send it as `audience`, and tokens carry it as `aud`. */
  identifier: string
  /** All scopes of the API. */
  scopes: readonly string[]
  /** Lifetime of an access token for this API, in seconds. Default 86400. */
  tokenLifetimeSeconds?: number
  /** `rfc9068` issues `typ: at+jwt` with `client_id` and `jti`. Default `auth0`. @see RFC 9068 §2 */
  tokenProfile?: 'auth0' | 'rfc9068'
  /** Limits a user's scopes to the user's permissions. Default false. */
  rbac?: boolean
  /** Adds the `permissions` claim; needs `rbac`. Default false. */
  permissions?: boolean
}

/**
 * A client of the tenant.
 *
 * @example
 * const worker: ClientSettings = {
 *   clientId: 'messages-worker',
 *   clientSecret: 'messages-worker-secret',
 *   grants: ['client_credentials'],
 *   apis: { 'https://messages.northwind.com': ['read:messages'] },
 * }
 */
export interface ClientSettings {
  /** The `client_id` that its requests name. */
  clientId: string
  /** Absent for a public client, such as a single-page application. */
  clientSecret?: string
  /** The name that the log-in page shows. Default: the client id. */
  name?: string
  /** The grant types that it may use. */
  grants: readonly GrantType[]
  /** Scopes the client may have, by API identifier. Default none. */
  apis?: Readonly<Record<string, readonly string[]>>
  /** Scopes the client may have for the tenant's own Management API. Default none. */
  managementScopes?: readonly string[]
  /** The addresses that a log-in may redirect to, compared exactly. `authorization_code` needs at least one. */
  redirectUris?: readonly string[]
  /** The addresses that a log-out may redirect to, compared exactly. Default none. */
  logoutUris?: readonly string[]
  /** Browser origins allowed beside those of `redirectUris`. Default none. */
  webOrigins?: readonly string[]
  /** Ids of the organizations that the client may request. Default none. */
  organizations?: readonly string[]
  /** Whether every request must name an organization. Default false. */
  organizationRequired?: boolean
}

/**
 * A user of the tenant: one button on the log-in page.
 *
 * @example
 * const ada: UserSettings = { userId: 'auth0|ada', name: 'Ada', email: 'ada@northwind.com' }
 */
export interface UserSettings {
  /** The `sub` of the user's tokens. */
  userId: string
  /** Shown by the log-in page; the claim `name`. */
  name: string
  /** Shown by the log-in page; the claim `email`. */
  email: string
  /** The user's permissions, by API identifier. Default none. */
  permissions?: Readonly<Record<string, readonly string[]>>
  /** Ids of the organizations the user is a member of. Default none. */
  organizations?: readonly string[]
}

/**
 * An organization of the tenant. Requests may name it by id or by name.
 *
 * @example
 * const organization: OrganizationSettings = { id: 'org_northwind', name: 'northwind' }
 */
export interface OrganizationSettings {
  /** The `org_id` of tokens. */
  id: string
  /** The name that requests may use in place of the id. */
  name: string
}

/**
 * The settings of a tenant.
 *
 * @example
 * const tenant: TenantOptions = {
 *   apis: [{ identifier: 'https://messages.northwind.com', scopes: ['read:messages'] }],
 *   clients: [],
 *   users: [{ userId: 'auth0|ada', name: 'Ada', email: 'ada@northwind.com' }],
 * }
 * const issuer = await startTestIssuer({ tenant })
 */
export interface TenantOptions {
  /** `token()` without an audience signs for the default audience, else for the first of these. */
  apis: readonly ApiSettings[]
  /** The clients that may ask for tokens. */
  clients: readonly ClientSettings[]
  /** The users who can log in. Default none. */
  users?: readonly UserSettings[]
  /** Default none. */
  organizations?: readonly OrganizationSettings[]
  /** The audience of requests that name none. Default: such requests have no audience. */
  defaultAudience?: string
}
