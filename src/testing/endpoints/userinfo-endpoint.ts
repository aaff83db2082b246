import type { RequestHandler } from 'express'
import { type OAuthError, oauthError } from '../requests/oauth-error.js'
import { splitScope } from '../requests/parameters.js'
import type { Tenant } from '../tenant/tenant.js'
import type { IssuedTokens } from '../tokens/issued-tokens.js'
import { profileClaims } from '../tokens/profile-claims.js'
import type { Claims } from '../tokens/signing-keys.js'

function challenged(status: number, error: string, description: string): OAuthError {
  const challenge = `Bearer realm="userinfo", error="${error}", error_description="${description}"`
  return oauthError({ status, error, description, headers: { 'WWW-Authenticate': challenge } })
}

// RFC 6750 §3.1: no error code when no credentials were sent
function unauthorized(): OAuthError {
  const headers = { 'WWW-Authenticate': 'Bearer realm="userinfo"' }
  return oauthError({ status: 401, error: 'unauthorized', description: 'Unauthorized', headers })
}

function isForUserinfo({ iss, aud }: Claims): boolean {
  return [aud].flat().includes(`${iss}userinfo`)
}

/** Creates the endpoint that returns claims about the user of an access token. @see OpenID Connect Core §5.3 */
export function createUserinfoEndpoint(tenant: Tenant, issued: IssuedTokens): RequestHandler {
  const answerFor = async (authorization: string | undefined): Promise<Claims> => {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    if (token === undefined) throw unauthorized()
    const claims = await issued.read(token)
    const user = typeof claims?.sub === 'string' ? tenant.users.get(claims.sub) : undefined
    if (!claims || !user || !isForUserinfo(claims)) {
      throw challenged(401, 'invalid_token', 'The access token is not good for this endpoint')
    }
    const scopes = splitScope(typeof claims.scope === 'string' ? claims.scope : '')
    if (!scopes.includes('openid')) throw challenged(403, 'insufficient_scope', 'The scope openid is needed')
    return { sub: user.userId, ...profileClaims(user, scopes) }
  }
  return function userinfoEndpoint(req, res, next) {
    const answer = (claims: Claims) => void res.set('Cache-Control', 'no-store').json(claims)
    answerFor(req.headers.authorization).then(answer).catch(next)
  }
}
