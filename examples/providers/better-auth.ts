import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Better Auth with its plugins `jwt` and `oauthProvider`. The API is one of `resources` and linked to the client,
 * which names it by `resource` (RFC 8707): a token asked for without is opaque. `profile` keeps out the session
 * tokens of the plugin `jwt`, which have the same keys. Proven against the real server.
 * https://better-auth.com/docs/plugins/oauth-provider/resource-server (2026-11-25)
 */
export const betterAuth = (issuer: string): RequireAuthOptions => ({
  issuer, // with the path of its handler: https://www.northwind.com/api/auth
  audience: 'https://messages.northwind.com',
  algorithms: ['EdDSA'],
  profile: 'rfc9068',
})

export const mayRead = requireScopes('read:messages')
