import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * Spring Authorization Server. The audience is the id of the client unless an `OAuth2TokenCustomizer` sets it.
 * https://docs.spring.io/spring-authorization-server/reference/core-model-components.html#oauth2-token-customizer
 * (2026-11-25)
 */
export const springAuthorizationServer = (issuer: string): RequireAuthOptions => ({
  issuer, // as in AuthorizationServerSettings, or the URL that clients used
  audience: 'messages-api',
})

/** Its `scope` claim is a list. */
export const mayRead = requireScopes('read:messages')
