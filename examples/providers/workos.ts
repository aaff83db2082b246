import { type RequireAuthOptions, requirePermissions } from 'express-require-auth'

/**
 * WorkOS AuthKit session tokens. They name neither an API nor a client: the key set is the client's own, and `iss` has
 * to stand for the audience. A JWT template may add an `aud`, which then is the better choice. Tested with tokens of
 * the documented form.
 * https://workos.com/docs/reference/authkit/session-tokens (2026-11-25)
 */
export const workos: RequireAuthOptions = {
  issuer: {
    issuer: 'https://api.workos.com', // or the custom authentication domain; as your tokens say
    jwksUri: 'https://api.workos.com/sso/jwks/client_northwind',
  },
  audience: { claim: 'iss', values: ['https://api.workos.com'] },
}

export const mayRead = requirePermissions('messages:read')
