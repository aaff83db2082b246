import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Duende IdentityServer. `aud` is the name of the API resource that has the scope; a scope without one gives a token
 * without `aud`. `scope` is a list or a text, as the server is set up. Tested with tokens of the documented form.
 * https://docs.duendesoftware.com/identityserver/fundamentals/resources/api-resources (2026-11-25)
 */
export const identityServer: RequireAuthOptions = {
  issuer: 'https://login.northwind.com',
  audience: 'messages',
}

export const mayRead = requireScopes('messages.read')
