import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Descope session tokens. The issuer is the bare project id, a name that nothing is fetched from; with a JWT template
 * that makes it a URL, that URL stands here. They are for the project as a whole, and the page names no `aud`: the
 * issuer stands for it. For tokens that have one, say `audience: project`. Tested with tokens of the documented form.
 * https://docs.descope.com/session-overview (2026-11-25)
 */
const project = 'P2northwind'

export const descope: RequireAuthOptions = {
  issuer: { issuer: project, jwksUri: `https://api.descope.com/${project}/.well-known/jwks.json` },
  audience: { claim: 'iss', values: [project] },
}

/** In one tenant. Without tenants there is a list `permissions` as elsewhere, for `requirePermissions`. */
export const mayRead = requireClaim(['tenants', 'T2northwind', 'permissions'], 'read:messages')
