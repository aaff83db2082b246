import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Firebase Authentication. What clients send are ID tokens, for the project as a whole; they have no scopes. A custom
 * claim says what a user may do. Tested with tokens of the documented form.
 * https://firebase.google.com/docs/auth/admin/verify-id-tokens (2026-11-25)
 */
export const firebase: RequireAuthOptions = {
  issuer: 'https://securetoken.google.com/northwind-prod',
  audience: 'northwind-prod',
}

export const isEditor = requireClaim('role', 'editor')
