import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Dex. The audience is the id of the client that logged in; another client names the API by the scope
 * `audience:server:client_id:messages-api`, which the API has to allow by `trustedPeers`.
 * https://dexidp.io/docs/configuration/custom-scopes-claims-clients/ (2026-11-25)
 */
export const dex = (issuer: string): RequireAuthOptions => ({
  issuer: { issuer, allowIdTokenClaims: true }, // Dex writes nonce and at_hash into access tokens
  audience: 'messages-api',
})

/** There are no scopes in its tokens: who the user is, and `groups` where the connector knows them, decides. */
export const mayRead = requireClaim('email', 'ada@northwind.com')
