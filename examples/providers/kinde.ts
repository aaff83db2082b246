import { type RequireAuthOptions, requirePermissions } from 'express-require-auth'

/**
 * Kinde. `aud` is an empty list until the API is registered there, authorized for the application and named by
 * `audience` in the request. Tested with tokens of the documented form.
 * https://docs.kinde.com/developer-tools/your-apis/register-manage-apis (2026-11-25)
 */
export const kinde: RequireAuthOptions = {
  issuer: 'https://northwind.kinde.com', // no slash at the end
  audience: 'https://messages.northwind.com',
}

export const mayRead = requirePermissions('read:messages')
