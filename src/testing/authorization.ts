import { invalidRequest, oauthError } from './oauth-error.js'
import { type Parameters, splitScope } from './parameters.js'
import type { Api, Tenant } from './tenant.js'
import type { ClientSettings } from './tenant-options.js'

function accessDenied(description: string) {
  return oauthError({ status: 403, error: 'access_denied', description })
}

/** @throws `access_denied` when there is no such API or the client may not use it. */
export function findApi(tenant: Tenant, client: ClientSettings, audience: string): Api {
  const api = tenant.apis.get(audience)
  if (!api) throw accessDenied(`Service not enabled within domain: ${audience}`)
  if (!Object.hasOwn(client.apis ?? {}, audience)) {
    throw accessDenied(`Client is not authorized to access "${audience}"`)
  }
  return api
}

/** Requested and allowed; all that is allowed when the request names none. */
export function grantScopes(requested: string | undefined, allowed: readonly string[]): readonly string[] {
  const scopes = splitScope(requested)
  return scopes.length === 0 ? allowed : scopes.filter((scope) => allowed.includes(scope))
}

/**
 * The organization a request names, by id or name.
 *
 * @throws `invalid_request` when the client needs one and none is named, or there is no such organization.
 * @throws `access_denied` when the client may not name it.
 */
export function findOrganization(
  tenant: Tenant,
  client: ClientSettings,
  parameters: Parameters,
): string | undefined {
  const named = parameters.get('organization')
  if (named === undefined) {
    if (client.organizationRequired)
      throw invalidRequest('parameter organization is required for this client')
    return undefined
  }
  const found = tenant.organizations.find(({ id, name }) => id === named || name === named)
  if (!found) throw invalidRequest(`parameter organization is invalid: ${named}`)
  if (client.organizations?.includes(found.id)) return found.id
  throw accessDenied(`Client is not authorized to access organization: ${found.id}`)
}
