import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Logto. Clients name the API resource by `resource`; without it they get an opaque token. Tested with tokens of the
 * documented form.
 * https://docs.logto.io/authorization/validate-access-tokens (2026-11-25)
 */
export const logto: RequireAuthOptions = {
  issuer: 'https://northwind.logto.app/oidc',
  audience: 'https://messages.northwind.com',
  algorithms: ['ES384'],
}

export const mayRead = requireScopes('read:messages')
