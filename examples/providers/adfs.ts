import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * AD FS. Access tokens have another issuer than ID tokens: a name with `http:`, which nothing is fetched from. Tested
 * with tokens of the documented form.
 * https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts
 * (read 2026-11-25)
 */
export const adfs: RequireAuthOptions = {
  issuer: {
    issuer: 'http://adfs.northwind.com/adfs/services/trust',
    jwksUri: 'https://adfs.northwind.com/adfs/discovery/keys',
  },
  audience: 'microsoft:identityserver:https://messages.northwind.com', // the Web API's identifier behind the prefix
}

export const mayRead = requireScopes('read')
