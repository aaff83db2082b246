import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Clerk session tokens. They have no `aud`; `azp` is the origin of the page that asked. For other clients make a JWT
 * template with an `aud` of yours. Tested with tokens of the documented form, version 2.
 * https://clerk.com/docs/guides/sessions/session-tokens (2026-11-25)
 */
export const clerk: RequireAuthOptions = {
  issuer: {
    issuer: 'https://clerk.northwind.com', // the Frontend API URL, no slash at the end
    jwksUri: 'https://clerk.northwind.com/.well-known/jwks.json',
  },
  audience: { claim: 'azp', values: ['https://www.northwind.com'] },
}

/** The role in the active organization. */
export const isAdmin = requireClaim('o.rol', 'admin')
