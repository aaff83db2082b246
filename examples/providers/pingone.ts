import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * PingOne, a custom resource; its audience is set there. Tested with tokens of the documented form.
 * https://developer.pingidentity.com/pingone-api/foundations/authentication-concepts/access-tokens-and-id-tokens/token-claims.html
 * (2026-11-25)
 */
export const pingone: RequireAuthOptions = {
  issuer: 'https://auth.pingone.eu/11111111-2222-3333-4444-555555555555/as',
  audience: 'https://messages.northwind.com',
}

export const mayRead = requireScopes('read:messages')
