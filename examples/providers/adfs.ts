import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * AD FS. Access tokens have another issuer than ID tokens, the member `access_token_issuer` of its metadata: a name
 * with `http:`, which nothing is fetched from. The page says what `aud` is, not how the issuer looks: compare with a
 * token of yours. Tested with tokens made after them.
 * https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts
 * (2026-11-25)
 */
export const adfs: RequireAuthOptions = {
  issuer: {
    issuer: 'http://adfs.northwind.com/adfs/services/trust',
    jwksUri: 'https://adfs.northwind.com/adfs/discovery/keys',
  },
  audience: 'microsoft:identityserver:https://messages.northwind.com', // the Web API's identifier behind the prefix
}

export const mayRead = requireScopes('read')
