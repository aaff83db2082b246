import type { Request, RequestHandler, Response } from 'express'
import { authenticateClient } from '../requests/client-authentication.js'
import { oauthError } from '../requests/oauth-error.js'
import { bodyParameters, type Parameters, requireParameter } from '../requests/parameters.js'
import type { ClientSettings, GrantType } from '../tenant/settings.js'
import type { Tenant } from '../tenant/tenant.js'
import type { TokenResponse } from '../tokens/token-response.js'
import type { Grant } from './token-request.js'

export type Grants = Readonly<Partial<Record<GrantType, Grant>>>

interface TokenEndpointOptions {
  tenant: Tenant
  grants: Grants
  issuerOf(req: Request): string
}

function findGrant(grants: Grants, client: ClientSettings, parameters: Parameters): Grant {
  const type = requireParameter(parameters, 'grant_type')
  const grant = Object.hasOwn(grants, type) ? grants[type as GrantType] : undefined
  if (!grant) {
    const description = `Unsupported grant type: ${type}`
    throw oauthError({ status: 400, error: 'unsupported_grant_type', description })
  }
  if (client.grants.includes(type as GrantType)) return grant
  const description = `Grant type '${type}' not allowed for the client`
  throw oauthError({ status: 400, error: 'unauthorized_client', description })
}

// RFC 6749 §5.1
function answer(res: Response, response: TokenResponse): void {
  const { accessToken, idToken, refreshToken, expiresInSeconds, scopes } = response
  res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
  res.json({
    access_token: accessToken,
    id_token: idToken,
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    scope: scopes.join(' ') || undefined,
  })
}

/** Creates the endpoint that authenticates a client and answers by its grant type. @see RFC 6749 §3.2 */
export function createTokenEndpoint({ tenant, grants, issuerOf }: TokenEndpointOptions): RequestHandler {
  return function tokenEndpoint(req, res, next) {
    const exchange = async () => {
      const parameters = bodyParameters(req)
      requireParameter(parameters, 'grant_type')
      const client = authenticateClient(req, parameters, tenant)
      const grant = findGrant(grants, client, parameters)
      answer(res, await grant({ client, parameters, issuer: issuerOf(req) }))
    }
    exchange().catch(next) // Express 4 does not await handlers
  }
}
