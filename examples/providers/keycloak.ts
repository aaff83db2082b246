import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Keycloak. The audience comes from a mapper of type Audience at the client or one of its client scopes, since a
 * token names no API by itself.
 * https://www.keycloak.org/docs/latest/server_admin/index.html#audience-support (2026-11-25)
 */
export const keycloak = (realmUrl: string): RequireAuthOptions => ({
  issuer: realmUrl, // https://login.northwind.com/realms/northwind, without a slash at the end
  audience: 'messages-api',
})

/** A realm role. Those of a client stand in `['resource_access', 'messages-api', 'roles']`. */
export const mayRead = requireClaim('realm_access.roles', 'messages-reader')
