import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Microsoft Entra ID, one tenant, tokens of version 1, which is what an API gets that does not ask for 2. Their issuer
 * is another host than the one with the metadata. Tested with tokens of the documented form.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (2026-11-25)
 */
const tenant = '11111111-2222-3333-4444-555555555555'

export const entra: RequireAuthOptions = {
  issuer: {
    issuer: `https://sts.windows.net/${tenant}/`, // with the slash
    metadataUrl: `https://login.microsoftonline.com/${tenant}/.well-known/openid-configuration`,
  },
  audience: ['api://66666666-7777-8888-9999-000000000000', '66666666-7777-8888-9999-000000000000'], // as clients ask
}

export const mayRead = requireScopes('Messages.Read')
