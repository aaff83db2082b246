import { randomUUID } from 'node:crypto'
import type { UserGrant } from '../grants/user-grant.js'
import { createExpiringStore } from '../memory/expiring-store.js'
import { randomText } from '../memory/random-text.js'

/** What a code is exchanged for, and what the client must prove. */
export interface CodeGrant {
  grant: UserGrant
  redirectUri: string
  /** S256. @see RFC 7636 §4.2 */
  codeChallenge: string | undefined
  /** Identifies the refresh tokens that are issued for the code. */
  familyId: string
}

export interface AuthorizationCodes {
  issue(codeGrant: Omit<CodeGrant, 'familyId'>): string
  /** Returns what a code stands for, once. Calls `onReuse` when the code was used before. */
  use(code: string, onReuse: (familyId: string) => void): CodeGrant | undefined
}

const lifetimeSeconds = 60

export function createAuthorizationCodes(): AuthorizationCodes {
  const codes = createExpiringStore<CodeGrant>({ lifetimeSeconds })
  const used = createExpiringStore<string>({ lifetimeSeconds })
  return {
    issue(codeGrant) {
      const code = randomText()
      codes.set(code, { ...codeGrant, familyId: randomUUID() })
      return code
    },
    use(code, onReuse) {
      const familyOfUsed = used.get(code)
      if (familyOfUsed !== undefined) onReuse(familyOfUsed)
      const found = codes.get(code)
      codes.delete(code)
      if (found) used.set(code, found.familyId)
      return found
    },
  }
}
