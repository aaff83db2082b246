import { createHash } from 'node:crypto'
import { createExpiringStore } from '../memory/expiring-store.js'
import { randomText } from '../memory/random-text.js'
import type { Domains } from '../tenant/domains.js'
import type { Tenant } from '../tenant/tenant.js'
import { type AccessTokenGrant, accessTokenClaims, signAccessToken } from './access-token.js'
import type { Claims, SigningKeys } from './signing-keys.js'

export interface IssuedTokens {
  signed(grant: AccessTokenGrant): Promise<string>
  /** A token that only this issuer can read. */
  opaque(grant: AccessTokenGrant): string
  /** Returns the claims of an access token that is valid now; otherwise undefined. */
  read(token: string): Promise<Claims | undefined>
  revoke(token: string): void
}

interface IssuedTokensOptions {
  tenant: Tenant
  keys: SigningKeys
  domains: Domains
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Returns the client an access token was issued to. */
export function clientOf({ azp, client_id: clientId }: Claims): string | undefined {
  return [clientId, azp].find((id) => typeof id === 'string') as string | undefined
}

export function createIssuedTokens({ tenant, keys, domains }: IssuedTokensOptions): IssuedTokens {
  const opaqueTokens = createExpiringStore<Claims>({ lifetimeSeconds: 86400 })
  const revoked = createExpiringStore<true>({ lifetimeSeconds: 30 * 86400 })
  const readSigned = async (token: string) => {
    const claims = await keys.verify(token, [domains.url, domains.customUrl])
    const isIdToken = typeof claims?.aud === 'string' && tenant.clients.has(claims.aud)
    return isIdToken ? undefined : claims
  }
  return {
    signed: (grant) => signAccessToken(keys, grant),
    opaque(grant) {
      const token = randomText()
      opaqueTokens.set(digest(token), accessTokenClaims(grant))
      return token
    },
    async read(token) {
      const id = digest(token)
      return revoked.get(id) ? undefined : (opaqueTokens.get(id) ?? readSigned(token))
    },
    revoke: (token) => revoked.set(digest(token), true),
  }
}
