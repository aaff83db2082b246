import type { Tenant } from '../tenant/tenant.js'
import { accessTokenClaims, accessTokenHeader } from './access-token.js'
import type { Claims, SigningKeys } from './signing-keys.js'

/**
 * What `issuer.token()` puts into a token, and `authFor()` into an `Auth`.
 *
 * @example
 * const token = await issuer.token({ scope: 'read:messages', claims: { org_id: 'org_1' }, expiresInSeconds: 60 })
 */
export interface TestTokenOptions {
  /** Default: the tenant's default audience, else its first API. */
  audience?: string | readonly string[]
  /**
   * Space-separated; an empty text leaves the claim out. Default: the scopes that the first client of the default API
   * has for the audience.
   */
  scope?: string
  /** Claims to add or replace; one set to `undefined` is removed. */
  claims?: Claims
  /** Members of the protected header to add or replace; the signature stays RS256. */
  header?: Claims
  /** Seconds until `exp`, negative for an expired token. Default: the API's token lifetime, else 86400. */
  expiresInSeconds?: number
  /** The `iss`. Default: the canonical domain. */
  issuer?: string
}

/** Creates the function that signs any access token without HTTP, even one that the tenant would not issue. */
export function createTestTokens(tenant: Tenant, keys: SigningKeys, issuer: string) {
  const [firstApi] = tenant.apis.keys()
  const defaultAudience = tenant.defaultAudience ?? (firstApi as string)
  const client = [...tenant.clients.values()].find(({ apis }) => apis && Object.hasOwn(apis, defaultAudience))
  const clientId = client?.clientId ?? 'test-client'
  return async (options: TestTokenOptions = {}): Promise<string> => {
    const audience = options.audience ?? defaultAudience
    const api = typeof audience === 'string' ? tenant.apis.get(audience) : undefined
    const { tokenLifetimeSeconds = 86400, tokenProfile = 'auth0', identifier = '' } = api ?? {}
    const claims = accessTokenClaims({
      issuer: options.issuer ?? issuer,
      audience,
      subject: `${clientId}@clients`,
      clientId,
      scopes: [options.scope ?? client?.apis?.[identifier] ?? []].flat(),
      lifetimeSeconds: options.expiresInSeconds ?? tokenLifetimeSeconds,
      profile: tokenProfile,
    })
    const header = { ...accessTokenHeader(tokenProfile), ...options.header }
    return keys.sign({ ...claims, ...options.claims }, header)
  }
}
