const MAX_REMEMBERED = 1000
/** How many cooldowns a `kid` stays unknown: short, since the issuer may publish it at any time. */
const REMEMBERED_COOLDOWNS = 2

/** Decides whether an unknown `kid` is worth a fetch: at most one per cooldown, whoever asks. */
export interface UnknownKids {
  mayAsk(kid: string | undefined): boolean
  /** A set was fetched for an unknown `kid`: the cooldown begins. */
  asked(): void
  /** A set fetched for `kid` lacked it. */
  remember(kid: string | undefined): void
}

export function createUnknownKids(cooldownSeconds: number): UnknownKids {
  const unknownUntil = new Map<string | undefined, number>()
  let nextAsk = 0
  return {
    mayAsk(kid) {
      const now = Date.now()
      return now >= nextAsk && now >= (unknownUntil.get(kid) ?? 0)
    },
    asked() {
      nextAsk = Date.now() + cooldownSeconds * 1000
    },
    remember(kid) {
      if (unknownUntil.size >= MAX_REMEMBERED) unknownUntil.clear()
      unknownUntil.set(kid, Date.now() + cooldownSeconds * REMEMBERED_COOLDOWNS * 1000)
    },
  }
}
