import type { UserGrant } from '../grants/user-grant.js'
import { createExpiringStore } from '../memory/expiring-store.js'
import { randomText } from '../memory/random-text.js'
import { sameSecret } from '../requests/client-authentication.js'

/** The refresh tokens of one log-in. Only the newest is valid. @see RFC 9700 §4.14.2 */
interface Family {
  grant: UserGrant
  current: string
}

export interface RefreshTokens {
  /** Starts a family. The caller chooses `familyId`, and can end the family by it. */
  start(familyId: string, grant: UserGrant): string
  /** Exchanges a valid token for the next; otherwise returns undefined. A token used before ends its family. */
  rotate(token: string, clientId: string): { grant: UserGrant; next: string } | undefined
  /** Ends the family of the client's token. */
  revoke(token: string, clientId: string): void
  end(familyId: string): void
}

const lifetimeSeconds = 30 * 86400

export function createRefreshTokens(): RefreshTokens {
  const families = createExpiringStore<Family>({ lifetimeSeconds })
  const find = (token: string, clientId: string) => {
    const [familyId = ''] = token.split('.', 1)
    const family = families.get(familyId)
    return family?.grant.client.clientId === clientId ? { ...family, familyId } : undefined
  }
  const start = (familyId: string, grant: UserGrant) => {
    const current = `${familyId}.${randomText()}`
    families.set(familyId, { grant, current })
    return current
  }
  return {
    start,
    rotate(token, clientId) {
      const family = find(token, clientId)
      if (!family) return undefined
      families.delete(family.familyId)
      if (!sameSecret(token, family.current)) return undefined
      return { grant: family.grant, next: start(family.familyId, family.grant) }
    },
    revoke(token, clientId) {
      const family = find(token, clientId)
      if (family) families.delete(family.familyId)
    },
    end: families.delete,
  }
}
