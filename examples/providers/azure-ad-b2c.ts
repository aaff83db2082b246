import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Azure AD B2C. Every policy has metadata and keys of its own, which are not under the issuer. A second policy is a
 * second entry in the list of issuers. Tested with tokens of the documented form.
 * https://learn.microsoft.com/azure/active-directory-b2c/tokens-overview,
 * https://github.com/Azure/azure-sdk-for-java/issues/21036 (2026-11-25)
 */
export const azureAdB2c: RequireAuthOptions = {
  issuer: {
    issuer: 'https://northwind.b2clogin.com/11111111-2222-3333-4444-555555555555/v2.0/', // with the slash
    metadataUrl:
      'https://northwind.b2clogin.com/northwind.onmicrosoft.com/B2C_1_sign_in/v2.0/.well-known/openid-configuration',
  },
  audience: '66666666-7777-8888-9999-000000000000',
}

export const mayRead = requireScopes('messages.read')
