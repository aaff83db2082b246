import { accessDenied, type FindTarget, findOrganization, grantScopes } from '../grants/target.js'
import { invalidRequest } from '../requests/oauth-error.js'
import type { Tenant } from '../tenant/tenant.js'
import { signAccessToken } from '../tokens/access-token.js'
import type { SigningKeys } from '../tokens/signing-keys.js'
import type { Grant, TokenRequest } from './token-request.js'

interface ClientCredentialsOptions {
  tenant: Tenant
  keys: SigningKeys
  findTarget: FindTarget
}

const noAudience = 'No audience parameter was provided, and no default audience has been configured'

function authorize({ tenant, findTarget }: ClientCredentialsOptions, request: TokenRequest) {
  const { client, parameters, issuer } = request
  const audience = parameters.get('audience') ?? tenant.defaultAudience
  if (audience === undefined) throw invalidRequest(noAudience)
  const { api, clientScopes } = findTarget({ client, audience, issuer }) ?? {}
  if (!api) throw accessDenied(`Service not enabled within domain: ${audience}`)
  if (!clientScopes) throw accessDenied(`Client is not authorized to access "${audience}"`)
  const organization = findOrganization(tenant, client, parameters.get('organization'))
  return { api, organization, scopes: grantScopes(parameters.get('scope'), clientScopes) }
}

/** Creates the grant that gives a client an access token for itself. @see RFC 6749 §4.4 */
export function createClientCredentialsGrant(options: ClientCredentialsOptions): Grant {
  return async (request) => {
    const { client, issuer } = request
    const { api, organization, scopes } = authorize(options, request)
    const accessToken = await signAccessToken(options.keys, {
      issuer,
      audience: api.identifier,
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
