import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Glewlwyd, OpenID Connect plugin. Resource indicators must be on, the API listed with the client, and named by
 * `resource` in the token request (RFC 8707): without it `aud` is the scopes as one text. The issuer is the plugin's
 * setting of that name, to the letter; `algorithms` follow its signing key. Proven against the real server.
 * https://github.com/babelouest/glewlwyd/blob/master/docs/OIDC.md (2026-11-25)
 */
export const glewlwyd = (issuer: string): RequireAuthOptions => ({
  issuer,
  audience: 'https://messages.northwind.com',
  profile: 'rfc9068',
})

export const mayRead = requireScopes('read:messages')
