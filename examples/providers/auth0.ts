import { type RequireAuthOptions, requireClaim, requirePermissions } from 'express-require-auth'

/**
 * Auth0. The audience is the API's identifier; a client that asks for none gets an opaque token. A token keeps the
 * domain that it was asked from, so a custom domain stands beside the canonical one. RBAC and "Add Permissions in the
 * Access Token" are on for the API. Tested with tokens of the documented form.
 * https://auth0.com/docs/tokens/guides/validate-access-tokens,
 * https://auth0.com/docs/organizations/using-tokens (2026-11-25)
 */
export const auth0: RequireAuthOptions = {
  issuer: ['northwind.eu.auth0.com', 'login.northwind.com'],
  audience: 'https://messages.northwind.com',
}

export const mayRead = requirePermissions('read:messages')

/** For tokens that were asked for with `organization`. */
export const ofNorthwind = requireClaim('org_id', 'org_northwind')
