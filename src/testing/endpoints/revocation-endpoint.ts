import type { RequestHandler } from 'express'
import { authenticateClient } from '../requests/client-authentication.js'
import { bodyParameters, requireParameter } from '../requests/parameters.js'
import type { Tenant } from '../tenant/tenant.js'
import { clientOf, type IssuedTokens } from '../tokens/issued-tokens.js'
import type { RefreshTokens } from '../tokens/refresh-tokens.js'

interface RevocationOptions {
  tenant: Tenant
  issued: IssuedTokens
  refreshTokens: RefreshTokens
}

/** Creates the endpoint that revokes tokens. It answers 200 for an unknown token too. @see RFC 7009 §2.2 */
export function createRevocationEndpoint({
  tenant,
  issued,
  refreshTokens,
}: RevocationOptions): RequestHandler {
  return function revocationEndpoint(req, res, next) {
    const revoke = async () => {
      const parameters = bodyParameters(req)
      const { clientId } = authenticateClient(req, parameters, tenant)
      const token = requireParameter(parameters, 'token')
      refreshTokens.revoke(token, clientId)
      const claims = await issued.read(token)
      if (claims && clientOf(claims) === clientId) issued.revoke(token)
      res.set('Cache-Control', 'no-store').status(200).end()
    }
    revoke().catch(next)
  }
}
