import type { VerificationKey } from '../jose/verification-key.js'
import { after } from '../net/after.js'
import { detailsOf } from '../refusal/details.js'
import { type AuthError, authError } from '../refusal/errors.js'
import { shown } from '../refusal/shown.js'
import type { KeySourceConfig } from './key-download.js'
import {
  ageOf,
  createKeyStore,
  type KeyStore,
  mayRefresh,
  plant,
  refresh,
  refreshInBackground,
  tellStale,
  tellUnusable,
} from './key-store.js'

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

/** A store with what decides on further fetches. */
interface Source {
  readonly store: KeyStore
  /** No fetch for an unknown `kid` or a failing signature before that, on the monotonic clock. */
  cooldownUntil: number
  planting: Promise<void> | undefined
}

export function createKeySource(config: KeySourceConfig): KeySource {
  const source: Source = { store: createKeyStore(config), cooldownUntil: 0, planting: undefined }
  return {
    find: (kid, alg) => after(prepare(source), (isLastWord) => findKey(source, { kid, alg, isLastWord })),
    async replacementFor(failed, kid) {
      const found = await currentFor(source, failed, kid)
      return found === failed ? undefined : found
    },
    trusted: () => isTrusted(source.store),
    async ready() {
      if (ageOf(source.store) === 'none') await load(source)
    },
  }
}

/** Whether the keys at hand may be used without waiting. Starts a refresh that is due. */
function isTrusted(store: KeyStore): boolean {
  const age = ageOf(store)
  if (age === 'fresh') return true
  if (age === 'none' || (age === 'old' && waitSeconds(store) > 0)) return false
  refreshInBackground(store)
  if (age === 'old') tellStale(store)
  return true
}

/**
 * Makes sure there are keys to use. Tells whether they were fetched for this very request: a fetch under way may have
 * begun before a key was published.
 */
function prepare(source: Source): boolean | Promise<boolean> {
  const { store } = source
  if (isTrusted(store)) return false
  const isJoining = store.underWay !== undefined
  const renewed = ageOf(store) === 'none' ? load(source) : renew(store)
  return renewed.then((isRenewed) => isRenewed && !isJoining)
}

async function renew(store: KeyStore): Promise<boolean> {
  const isRenewed = await renewWithin(store, waitSeconds(store))
  if (!isRenewed) tellStale(store)
  return isRenewed
}

async function load(source: Source): Promise<boolean> {
  const { store } = source
  if (store.config.seed !== undefined) await plantOnce(source)
  if (isTrusted(store)) return false
  await refresh(store)
  return true
}

/** Once, for a seed must not come back when it is too old. Without usable keys it gives way to the issuer. */
function plantOnce(source: Source): Promise<void> {
  const { store } = source
  source.planting ??= plant(store).catch((error) => {
    if (!store.config.isFixed) return tellUnusable(store, error)
    source.planting = undefined
    throw error
  })
  return source.planting
}

interface Wanted {
  readonly kid: string | undefined
  readonly alg: string
  /** Whether a set was fetched for this very request, so that a key it lacks does not exist. */
  readonly isLastWord: boolean
}

function findKey(
  source: Source,
  { kid, alg, isLastWord }: Wanted,
): VerificationKey | Promise<VerificationKey> {
  const key = source.store.keySet.find(kid, alg)
  if (key) return key
  if (isLastWord) throw keyUnknown(kid)
  return refetchFor(source, kid, alg)
}

/** A fetch under way may bring the key; only one that lacks it makes another fetch worth asking for. */
async function refetchFor(source: Source, kid: string | undefined, alg: string): Promise<VerificationKey> {
  const { store } = source
  if (store.config.isFixed) throw keyUnknown(kid)
  if (store.underWay) await refresh(store)
  else if (store.attempts.failing() || isCool(source)) await fetchFor(source, kid, alg)
  else throw keyUnknown(kid)
  return store.keySet.find(kid, alg) ?? refetchFor(source, kid, alg)
}

/** A failed fetch starts no cooldown, in which a new key would be refused: the pause after it spaces the next. */
async function fetchFor(source: Source, kid: string | undefined, alg: string): Promise<void> {
  const { store } = source
  await refresh(store)
  beginCooldown(source)
  if (!store.keySet.find(kid, alg)) store.download.forget() // the set may have moved
}

/** A refresh under way may have begun before the key was replaced: only one of this call's own has the last word. */
async function currentFor(
  source: Source,
  failed: VerificationKey,
  kid: string | undefined,
): Promise<VerificationKey | undefined> {
  const { store } = source
  const found = store.keySet.find(kid, failed.alg)
  if (found !== failed || store.config.isFixed) return found
  if (store.underWay)
    return (await renewWithin(store, MAX_WAIT_SECONDS)) ? currentFor(source, failed, kid) : undefined
  if (!(isCool(source) || store.attempts.failing()) || !mayRefresh(store)) return undefined
  beginCooldown(source) // at once: forged tokens must not earn a fetch for each second that the issuer is slow
  await renewWithin(store, MAX_WAIT_SECONDS)
  return store.keySet.find(kid, failed.alg)
}

function isCool({ cooldownUntil }: Source): boolean {
  return performance.now() >= cooldownUntil
}

function beginCooldown(source: Source): void {
  source.cooldownUntil = performance.now() + source.store.config.shared.jwks.cooldownSeconds * 1000
}

/** How long a request with old keys has to wait: not at all once a refresh has failed, or has had its time. */
function waitSeconds(store: KeyStore): number {
  const now = performance.now()
  if (now < store.outageUntil || !mayRefresh(store)) return 0
  const { startedAt = now } = store.underWay ?? {}
  return Math.max(0, MAX_WAIT_SECONDS - (now - startedAt) / 1000)
}

/** Whether a refresh brought a set within the time. It goes on afterwards, and an outage is told by an event. */
async function renewWithin(store: KeyStore, seconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000)
  })
  const renewed = refresh(store).then(
    () => true,
    () => false,
  )
  return Promise.race([renewed, late]).finally(() => clearTimeout(timer))
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
