import { type Auth, type Claims, createAuth } from '../auth.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { northwind } from './tenant/northwind.js'
import { accessTokenClaims, accessTokenHeader } from './tokens/access-token.js'
import type { TestTokenOptions } from './tokens/test-token.js'

const [api] = northwind.apis
const [client] = northwind.clients

/**
 * Makes an `Auth` without a server and without a token, for unit tests of handlers and route checks.
 *
 * `getAuth(req)` and checks such as `requireScopes` accept it like an `Auth` that `requireAuth` made. The options are
 * those of `issuer.token()`. Without options it has the claims of a client of the tenant `northwind`, and no scope.
 *
 * Does not sign or verify anything: it makes an expired `Auth`, or one of another issuer, without complaint, and every
 * API refuses its `token`. To test what `requireAuth` accepts, use `startTestIssuer`.
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
  return createAuth(
    'unsigned-test-token',
    asJson(header),
    asJson({ ...claims, ...options.claims }) as unknown as Claims,
  )
}

/** Copies members as a token would carry them: without those set to `undefined`. The caller's objects stay unfrozen. */
function asJson(members: object): JsonObject {
  return JSON.parse(JSON.stringify(members))
}
