import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Ory Hydra with `strategies.access_token: jwt`. Clients ask for the API by `audience`, which their registration has
 * to list; `aud` is an empty list without it, and such a token is refused.
 * https://www.ory.sh/docs/hydra/guides/audiences (2026-11-25)
 */
export const hydra = (publicUrl: string): RequireAuthOptions => ({
  issuer: publicUrl, // urls.self.issuer, to the letter
  audience: 'messages-api',
})

/** Its scopes are a list, in the claim `scp`. */
export const mayRead = requireScopes('read:messages')

/**
 * Hydra with the opaque tokens that are its default. The admin port is asked, which takes no credentials: keep it off
 * the public network, or behind a proxy that checks these.
 * https://www.ory.sh/docs/hydra/reference/api (2026-11-25)
 */
export const hydraOpaque = (publicUrl: string, adminUrl: string): RequireAuthOptions => ({
  ...hydra(publicUrl),
  introspection: {
    endpoint: `${adminUrl}/admin/oauth2/introspect`,
    clientId: 'messages-api',
    clientSecret: process.env.HYDRA_PROXY_SECRET ?? 'not-looked-at',
  },
})
