import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Microsoft Entra ID for the tenants of all customers. The metadata name the issuer with `{tenantid}` in it, and so do
 * the keys; a key of one tenant signs for that tenant alone. Any tenant of Entra passes, so say which ones are
 * customers. Tested with tokens of the documented form.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (2026-11-25)
 */
export const entra: RequireAuthOptions = {
  issuer: {
    issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
    metadataUrl: 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
  },
  audience: '66666666-7777-8888-9999-000000000000',
}

export const ofCustomer = requireClaim('tid', '11111111-2222-3333-4444-555555555555')
