import { type RequireAuthOptions, requireClaim, requireScopes } from 'express-require-auth'

/**
 * Microsoft Entra ID, one tenant, tokens of version 2: `requestedAccessTokenVersion: 2` in the API's manifest. The
 * audience is always the API's client id then. Tested with tokens of the documented form.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (2026-11-25)
 */
export const entra: RequireAuthOptions = {
  issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
  audience: '66666666-7777-8888-9999-000000000000',
}

/** A user, through a client: `scp`. */
export const mayRead = requireScopes('Messages.Read')

/** A client by itself: `roles`. */
export const mayReadAll = requireClaim('roles', 'Messages.Read.All')
