import type { RequestHandler } from 'express'
import { authenticateClient } from '../requests/client-authentication.js'
import { oauthError } from '../requests/oauth-error.js'
import { bodyParameters, requireParameter } from '../requests/parameters.js'
import type { Tenant } from '../tenant/tenant.js'
import { clientOf, type IssuedTokens } from '../tokens/issued-tokens.js'

/** Creates the endpoint that tells a confidential client what an access token holds. @see RFC 7662 §2 */
export function createIntrospectionEndpoint(tenant: Tenant, issued: IssuedTokens): RequestHandler {
  return function introspectionEndpoint(req, res, next) {
    const introspect = async () => {
      const parameters = bodyParameters(req)
      const client = authenticateClient(req, parameters, tenant)
      if (client.clientSecret === undefined) {
        throw oauthError({ status: 401, error: 'invalid_client', description: 'Unauthorized' })
      }
      const claims = await issued.read(requireParameter(parameters, 'token'))
      const active = { active: true, token_type: 'Bearer', client_id: claims && clientOf(claims), ...claims }
      res.set('Cache-Control', 'no-store').json(claims ? active : { active: false })
    }
    introspect().catch(next)
  }
}
