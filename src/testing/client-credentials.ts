import { signAccessToken } from './access-token.js'
import { findApi, findOrganization, grantScopes } from './authorization.js'
import { invalidRequest } from './oauth-error.js'
import type { SigningKeys } from './signing-keys.js'
import type { Tenant } from './tenant.js'
import type { Grant } from './token-request.js'

const noAudience = 'No audience parameter was provided, and no default audience has been configured'

/** @see RFC 6749 §4.4 */
export function createClientCredentialsGrant(tenant: Tenant, keys: SigningKeys): Grant {
  return async ({ client, parameters, issuer }) => {
    const audience = parameters.get('audience') ?? tenant.defaultAudience
    if (audience === undefined) throw invalidRequest(noAudience)
    const api = findApi(tenant, client, audience)
    const organization = findOrganization(tenant, client, parameters)
    const scopes = grantScopes(parameters.get('scope'), client.apis?.[audience] ?? [])
    const accessToken = await signAccessToken(keys, {
      issuer,
      audience,
      subject: `${client.clientId}@clients`,
      clientId: client.clientId,
      scopes,
      lifetimeSeconds: api.tokenLifetimeSeconds,
      profile: api.tokenProfile,
      claims: {
        gty: 'client-credentials',
        org_id: organization,
        permissions: api.permissions ? scopes : undefined,
      },
    })
    return { accessToken, expiresInSeconds: api.tokenLifetimeSeconds, scopes }
  }
}
