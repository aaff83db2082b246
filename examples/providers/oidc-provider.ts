import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * oidc-provider for Node. Clients name the API by `resource` (RFC 8707); without it they get an opaque token.
 * https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#featuresresourceindicators (2026-11-25)
 */
export const oidcProvider = (issuer: string): RequireAuthOptions => ({
  issuer,
  audience: 'https://messages.northwind.com',
  profile: 'rfc9068',
})

export const mayRead = requireScopes('read:messages')
