import type { VerificationKey } from '../jose/verification-key.js'
import { after } from '../net/after.js'
import { detailsOf } from '../refusal/details.js'
import { type AuthError, authError } from '../refusal/errors.js'
import { shown } from '../refusal/shown.js'
import type { KeySourceConfig } from './key-download.js'
import { createKeyStore, type KeyStore } from './key-store.js'

/** The keys of one configured issuer. */
export interface KeySource {
  /**
   * @throws `key_unknown` when the issuer's current set lacks the key.
   * @throws `keys_unavailable` when the set cannot be had now.
   */
  find(kid: string | undefined, alg: string): VerificationKey | Promise<VerificationKey>
  /**
   * Resolves with the key that `kid` now means, `failed` being the one under which a signature did not verify: issuers
   * without `kid`, or that use one again, replace keys unnoticed. Undefined when it is still the same.
   */
  replacementFor(failed: VerificationKey, kid: string | undefined): Promise<VerificationKey | undefined>
  /** Whether verdicts reached earlier still count. Starts a due refresh without waiting for it. */
  trusted(): boolean
  /** Resolves once there are keys to trust. @throws `keys_unavailable` */
  ready(): Promise<void>
}

/** Longest time a request waits for a refresh while there are stale keys to serve. */
const MAX_WAIT_SECONDS = 1

export function createKeySource(config: KeySourceConfig): KeySource {
  const store = createKeyStore(config)
  const cooldown = createCooldown(config.shared.jwks.cooldownSeconds)
  let planting: Promise<void> | undefined

  /** Whether the keys at hand may be used without waiting. Starts a refresh that is due. */
  function trusted(): boolean {
    const age = store.age()
    if (age === 'fresh') return true
    if (age === 'none' || (age === 'old' && waitSeconds(store) > 0)) return false
    refreshInBackground(store)
    if (age === 'old') store.tellStale()
    return true
  }

  /**
   * Makes sure there are keys to use. Tells whether they were fetched for this very request: a fetch under way may have
   * begun before a key was published.
   */
  function prepare(): boolean | Promise<boolean> {
    if (trusted()) return false
    const isJoining = store.refreshingForSeconds() !== undefined
    const renewed = store.age() === 'none' ? load() : renew()
    return renewed.then((isRenewed) => isRenewed && !isJoining)
  }

  async function renew(): Promise<boolean> {
    const isRenewed = await renewWithin(store, waitSeconds(store))
    if (!isRenewed) store.tellStale()
    return isRenewed
  }

  async function load(): Promise<boolean> {
    if (config.seed !== undefined) await plant()
    if (trusted()) return false
    await store.refresh()
    return true
  }

  /** Once, for a seed must not come back when it is too old. Without usable keys it gives way to the issuer. */
  function plant(): Promise<void> {
    planting ??= store.plant(config.seed).catch((error) => {
      if (!config.isFixed) return // told by keys_refresh_failed
      planting = undefined
      throw error
    })
    return planting
  }

  /** A fetch under way may bring the key; only one that lacks it makes another fetch worth asking for. */
  async function refetchFor(kid: string | undefined, alg: string): Promise<VerificationKey> {
    if (config.isFixed) throw keyUnknown(kid)
    if (store.refreshingForSeconds() !== undefined) await store.refresh()
    else if (store.failing() || cooldown.isOver()) await fetchFor(kid, alg)
    else throw keyUnknown(kid)
    return store.find(kid, alg) ?? refetchFor(kid, alg)
  }

  /** A failed fetch starts no cooldown, in which a new key would be refused: the pause after it spaces the next. */
  async function fetchFor(kid: string | undefined, alg: string): Promise<void> {
    await store.refresh()
    cooldown.begin()
    if (!store.find(kid, alg)) store.forget() // the set may have moved
  }

  /** A refresh under way may have begun before the key was replaced: only one of this call's own has the last word. */
  async function replacementFor(
    failed: VerificationKey,
    kid: string | undefined,
  ): Promise<VerificationKey | undefined> {
    const found = store.find(kid, failed.alg)
    if (found !== failed || config.isFixed) return found
    if (store.refreshingForSeconds() !== undefined) {
      return (await renewWithin(store, MAX_WAIT_SECONDS)) ? replacementFor(failed, kid) : undefined
    }
    if (!(cooldown.isOver() || store.failing()) || !store.mayRefresh()) return undefined
    cooldown.begin() // at once: forged tokens must not earn a fetch for each second that the issuer is slow
    await renewWithin(store, MAX_WAIT_SECONDS)
    return store.find(kid, failed.alg)
  }

  return {
    find: (kid, alg) =>
      after(prepare(), (isLastWord) => {
        const key = store.find(kid, alg)
        if (key) return key
        if (isLastWord) throw keyUnknown(kid)
        return refetchFor(kid, alg)
      }),
    async replacementFor(failed, kid) {
      const found = await replacementFor(failed, kid)
      return found === failed ? undefined : found
    },
    trusted,
    async ready() {
      if (store.age() === 'none') await load()
    },
  }
}

/** How long a request with old keys has to wait: not at all once a refresh has failed, or has had its time. */
function waitSeconds(store: KeyStore): number {
  return store.isOut() ? 0 : Math.max(0, MAX_WAIT_SECONDS - (store.refreshingForSeconds() ?? 0))
}

/** Whether a refresh brought a set within the time. It goes on afterwards, and an outage is told by an event. */
async function renewWithin(store: KeyStore, seconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000)
  })
  const renewed = store.refresh().then(
    () => true,
    () => false,
  )
  return Promise.race([renewed, late]).finally(() => clearTimeout(timer))
}

function refreshInBackground(store: KeyStore): void {
  if (store.refreshingForSeconds() !== undefined || !store.mayRefresh()) return
  store.refresh().catch(() => {}) // told by keys_refresh_failed; meanwhile the keys at hand serve
}

function createCooldown(seconds: number) {
  let until = 0
  return {
    isOver: () => performance.now() >= until,
    begin() {
      until = performance.now() + seconds * 1000
    },
  }
}

function keyUnknown(kid: string | undefined): AuthError {
  return authError('key_unknown', {
    details: () =>
      detailsOf({
        header: 'kid',
        expected: 'a key that the issuer publishes for this algorithm',
        received: kid === undefined ? 'no kid' : shown(kid, 100),
      }),
  })
}
