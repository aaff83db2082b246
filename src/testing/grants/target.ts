import { invalidRequest, type OAuthError, oauthError } from '../requests/oauth-error.js'
import { splitScope } from '../requests/parameters.js'
import type { Domains } from '../tenant/domains.js'
import type { ClientSettings } from '../tenant/settings.js'
import type { Api, Tenant } from '../tenant/tenant.js'

export function accessDenied(description: string): OAuthError {
  return oauthError({ status: 403, error: 'access_denied', description })
}

/** An API that a token may be issued for. */
export interface Target {
  api: Api
  /** The scopes the client may have; undefined when it may not use the API. */
  clientScopes: readonly string[] | undefined
  /** Whether it is the tenant's own Management API. */
  management: boolean
}

// One API has two identifiers: tokens carry that of the domain the request was sent to
function managementApi(client: ClientSettings, issuer: string): Target {
  const scopes = client.managementScopes ?? []
  const settings = {
    tokenLifetimeSeconds: 86400,
    tokenProfile: 'auth0',
    rbac: false,
    permissions: false,
  } as const
  const api = { identifier: `${issuer}api/v2/`, scopes, ...settings }
  return { api, clientScopes: client.managementScopes, management: true }
}

export interface TargetRequest {
  client: ClientSettings
  audience: string
  /** The issuer identifier of the domain the request was sent to. */
  issuer: string
}

/** Finds the API that `audience` names, even when the client may not use it. */
export type FindTarget = (request: TargetRequest) => Target | undefined

export function createFindTarget(tenant: Tenant, { url, customUrl }: Domains): FindTarget {
  const managementIdentifiers = [`${url}api/v2/`, `${customUrl}api/v2/`]
  return ({ client, audience, issuer }) => {
    if (managementIdentifiers.includes(audience)) return managementApi(client, issuer)
    const api = tenant.apis.get(audience)
    if (!api) return undefined
    const clientScopes = Object.entries(client.apis ?? {}).find(([name]) => name === audience)?.[1]
    return { api, clientScopes, management: false }
  }
}

/** Returns the requested scopes that are allowed; all allowed scopes when the request names none. */
export function grantScopes(requested: string | undefined, allowed: readonly string[]): readonly string[] {
  const scopes = splitScope(requested)
  return scopes.length === 0 ? allowed : scopes.filter((scope) => allowed.includes(scope))
}

/**
 * Returns the id of the organization that a request names by id or name.
 *
 * @throws `invalid_request` when the organization is unknown, or is missing and the client needs one.
 * @throws `access_denied` when the client may not name it.
 */
export function findOrganization(
  tenant: Tenant,
  client: ClientSettings,
  organization: string | undefined,
): string | undefined {
  if (organization === undefined) {
    if (client.organizationRequired)
      throw invalidRequest('parameter organization is required for this client')
    return undefined
  }
  const found = tenant.organizations.find(({ id, name }) => id === organization || name === organization)
  if (!found) throw invalidRequest(`parameter organization is invalid: ${organization}`)
  if (client.organizations?.includes(found.id)) return found.id
  throw accessDenied(`Client is not authorized to access organization: ${found.id}`)
}
