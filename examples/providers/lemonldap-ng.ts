import { type RequireAuthOptions, requireScopes } from 'express-require-auth'

/**
 * LemonLDAP::NG. For the client: JWT access tokens on, signed by RS256, and the API among its additional audiences;
 * all tokens of that client are for this API then. `aud` is a list that holds the client's id too. The issuer is the
 * portal's URL with its slash. Proven against the real server.
 * https://lemonldap-ng.org/documentation/latest/idpopenidconnect.html
 */
export const lemonldap = (issuer: string): RequireAuthOptions => ({
  issuer,
  audience: 'https://messages.northwind.com',
})

export const mayRead = requireScopes('read:messages')
