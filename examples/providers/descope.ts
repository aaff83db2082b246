import { type RequireAuthOptions, requirePermissions } from 'express-require-auth'

/**
 * Descope. The issuer is the bare project id: a name that nothing is fetched from. With a JWT template that makes it a
 * URL, that URL stands here. Tested with tokens of the documented form.
 * https://docs.descope.com/session-overview (read 2026-11-25)
 */
const project = 'P2northwind'

export const descope: RequireAuthOptions = {
  issuer: { issuer: project, jwksUri: `https://api.descope.com/${project}/.well-known/jwks.json` },
  audience: project,
}

/** Permissions in a tenant stand in `['tenants', 'T1', 'permissions']`. */
export const mayRead = requirePermissions('read:messages')
