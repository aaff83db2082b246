import type { Auth } from '../request.js'
import { authOf as createAuth } from '../token/jwt.js'
import { northwind } from './tenant/northwind.js'
import { accessTokenClaims, accessTokenHeader } from './tokens/access-token.js'
import type { TestTokenOptions } from './tokens/test-token.js'

const [api] = northwind.apis
const [client] = northwind.clients

/**
 * Makes an `Auth` without a server and without a token, for unit tests of handlers and route checks.
 *
 * `getAuth(req)` and the checks such as `requireScopes` take it as one that `requireAuth` made. The options are those
 * of `issuer.token()`; without options it stands for a client of the tenant `northwind` that has no scope.
 *
 * Does not sign or verify anything: an expired `Auth`, or one of another issuer or audience, is made as asked for, and
 * `auth.token` is a text that every API refuses. To test what `requireAuth` accepts, use `startTestIssuer`.
 *
 * @example
 * const req = { auth: authFor({ scope: 'read:messages', claims: { org_id: 'org_1' } }) } as Request
 * expect(getAuth(req).scopes).toEqual(['read:messages'])
 */
export function authFor(options: TestTokenOptions = {}): Auth {
  const profile = 'auth0'
  const claims = accessTokenClaims({
    issuer: options.issuer ?? 'https://login.northwind.com/',
    audience: options.audience ?? api.identifier,
    subject: `${client.clientId}@clients`,
    clientId: client.clientId,
    scopes: [options.scope ?? []].flat(),
    lifetimeSeconds: options.expiresInSeconds ?? 86400,
    profile,
  })
  const header = { alg: 'RS256', ...accessTokenHeader(profile), ...options.header }
  return createAuth('unsigned-test-token', asJson(header), asJson({ ...claims, ...options.claims }))
}

/** A copy, as a token would bring it: the caller's objects are not frozen, and members set to `undefined` are gone. */
function asJson<T>(members: object): T {
  return JSON.parse(JSON.stringify(members))
}
