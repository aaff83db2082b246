import { type Attempts, createAttempts } from '../net/attempts.js'
import { rethrowOwn } from '../refusal/errors.js'
import { shown } from '../refusal/shown.js'
import {
  createKeyDownload,
  type DownloadedKeys,
  type KeyDownload,
  type KeySourceConfig,
} from './key-download.js'
import { emptyKeySet, type KeySet, readKeySet, withdrawMissing } from './key-set.js'

/**
 * How old a key set is. `fresh`: use it. `due`: use it and refresh it. `old`: wait for the refresh a little, and serve
 * stale only when that brings nothing. `none`: there is nothing to serve.
 */
export type Age = 'fresh' | 'due' | 'old' | 'none'

/** Keys in use are refreshed after this part of their life, so that no request waits for it. */
const DUE_PART = 0.8

/**
 * The current key set of one issuer, with its ages in milliseconds of the monotonic clock. A record that functions
 * change, not a closure: there may be thousands of issuers, and each closure costs memory.
 */
export interface KeyStore {
  readonly config: KeySourceConfig
  readonly download: KeyDownload
  readonly attempts: Attempts
  keySet: KeySet
  dueAt: number
  oldAt: number
  goneAt: number
  /** A refresh failed so lately that until then no request waits for the next one. */
  outageUntil: number
  underWay: { readonly startedAt: number; readonly done: Promise<void> } | undefined
  isToldStale: boolean
}

export function createKeyStore(config: KeySourceConfig): KeyStore {
  const store: KeyStore = {
    config,
    download: createKeyDownload(config),
    attempts: createAttempts({ code: 'keys_unavailable', onFailure: (error) => noteFailure(store, error) }),
    keySet: emptyKeySet,
    dueAt: 0,
    oldAt: 0,
    goneAt: 0,
    outageUntil: 0,
    underWay: undefined,
    isToldStale: false,
  }
  return store
}

export function ageOf({ dueAt, oldAt, goneAt }: KeyStore): Age {
  const now = performance.now()
  if (now >= goneAt) return 'none'
  if (now >= oldAt) return 'old'
  return now >= dueAt ? 'due' : 'fresh'
}

/** Resolves once a set was fetched, by this call or by one under way. @throws `keys_unavailable` */
export function refresh(store: KeyStore): Promise<void> {
  const { attempts, download, underWay } = store
  if (underWay) return underWay.done.catch(rethrowOwn)
  store.underWay = {
    startedAt: performance.now(),
    done: attempts
      .run(async () => replaceKeys(store, await download.download(store.keySet)))
      .finally(() => {
        store.underWay = undefined
      }),
  }
  return store.underWay.done
}

/** Starts a refresh, unless one is under way, or a failure was so lately that there is a pause. */
export function refreshInBackground(store: KeyStore): void {
  if (store.underWay || !mayRefresh(store)) return
  refresh(store).catch(() => {}) // told by keys_refresh_failed; meanwhile the keys at hand serve
}

export function mayRefresh({ attempts }: KeyStore): boolean {
  return attempts.pauseSeconds() === 0
}

/**
 * Takes the application's own set: for good, or until the first refresh, which is due at once.
 *
 * @throws `keys_unavailable` when no key of a fixed set can be used, AnswerError when none of a seed can.
 */
export async function plant(store: KeyStore): Promise<void> {
  const { config, attempts } = store
  const read = () => readKeySet(config.seed, config)
  store.keySet = await (config.isFixed ? attempts.run(read) : read()) // a bad seed must not keep from the issuer
  tellAmbiguous(store)
  if (config.isFixed) setAge(store, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  else setAge(store, config.shared.jwks.maxAgeSeconds, 0)
}

/** Tells, once for each set, that it is served beyond its age. */
export function tellStale(store: KeyStore): void {
  const { issuer, shared } = store.config
  if (!store.isToldStale) shared.events.emit({ type: 'keys_stale', issuer })
  store.isToldStale = true
}

function replaceKeys(store: KeyStore, downloaded: DownloadedKeys): void {
  const { issuer, shared } = store.config
  const { jwks, events } = shared
  const { keySet, maxAgeSeconds = jwks.maxAgeSeconds } = downloaded
  const withdrawn = withdrawMissing(store.keySet, keySet)
  store.keySet = keySet
  store.isToldStale = false
  store.outageUntil = 0
  // never beyond the configured age, and never so short that every request would fetch
  const freshSeconds = Math.min(jwks.maxAgeSeconds, Math.max(maxAgeSeconds, jwks.cooldownSeconds))
  setAge(store, freshSeconds, freshSeconds * DUE_PART)
  events.emit({ type: 'keys_refreshed', issuer, keys: keySet.size, withdrawn })
  tellAmbiguous(store)
}

function setAge(store: KeyStore, freshSeconds: number, dueSeconds: number): void {
  const now = performance.now()
  store.dueAt = now + dueSeconds * 1000
  store.oldAt = now + freshSeconds * 1000
  store.goneAt = store.oldAt + store.config.shared.jwks.maxStaleSeconds * 1000
}

function tellAmbiguous({ keySet, config: { issuer, shared } }: KeyStore): void {
  for (const kid of keySet.ambiguous)
    shared.events.emit({ type: 'keys_ambiguous', issuer, kid: shown(kid, 100) })
}

function noteFailure(store: KeyStore, error: Error): void {
  const { config, download, goneAt } = store
  const { events, jwks } = config.shared
  download.forget() // the keys may have moved
  store.outageUntil = performance.now() + jwks.maxAgeSeconds * 1000
  const servingStale = performance.now() < goneAt
  const { issuer } = config
  events.emit({ type: 'keys_refresh_failed', issuer, reason: error.message, error, servingStale })
}

/** Tells that a seed holds no key to use. The issuer is asked at once. */
export function tellUnusable({ config: { issuer, shared } }: KeyStore, error: Error): void {
  const { message: reason } = error
  shared.events.emit({ type: 'keys_refresh_failed', issuer, reason, error, servingStale: false })
}
