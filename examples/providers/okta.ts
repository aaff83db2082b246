import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Okta, a custom authorization server. Tokens of the org server (`https://northwind.okta.com`) are for Okta's own APIs
 * and may not be verified by others: their `typ` is refused. Tested with tokens of the documented form.
 * https://www.npmjs.com/package/@okta/jwt-verifier (2026-11-25)
 */
export const okta: RequireAuthOptions = {
  issuer: 'https://northwind.okta.com/oauth2/default', // no slash at the end
  audience: 'api://default',
}

/** From `scp`, a list. */
export const mayRead = requireScopes('read:messages')
