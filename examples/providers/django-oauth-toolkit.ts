import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * django-oauth-toolkit, whose access tokens are opaque. The API is a confidential application of its own there.
 * Clients name it by `resource` (RFC 8707), since an answer has an `aud` only then. The endpoint needs its last
 * slash. Proven against the real server.
 * https://github.com/django-oauth/django-oauth-toolkit/pull/1626 (2026-11-25)
 */
export const djangoOauthToolkit = (issuer: string): RequireAuthOptions => ({
  issuer,
  audience: 'https://messages.northwind.com',
  introspection: {
    endpoint: `${issuer}/introspect/`,
    clientId: 'messages-api',
    clientSecret: process.env.API_SECRET ?? 'loopback-tests-only',
  },
})

export const mayRead = requireScopes('read:messages')
