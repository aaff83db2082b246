import { authError, outage } from '../errors.js'
import { FetchError } from '../fetch-json.js'
import type { VerificationKey } from '../jwk.js'
import { createBackoff } from './backoff.js'
import { MetadataError } from './discovery.js'
import { createKeyDownload, type KeyDownloadConfig } from './key-download.js'
import { emptyKeySet, KeySetError, withdrawMissing } from './key-set.js'
import { createUnknownKids } from './unknown-kids.js'

/** The keys of one configured issuer. */
export interface KeySource {
  /**
   * @throws `key_unknown` when the issuer's current set lacks the key.
   * @throws `keys_unavailable` when the set cannot be had now.
   */
  find(kid: string | undefined, alg: string): VerificationKey | Promise<VerificationKey>
  /** Whether keys found earlier still count. Starts a due refresh without waiting for it. */
  trusted(): boolean
  /** Resolves once there are keys to trust. @throws `keys_unavailable` */
  ready(): Promise<void>
}

export function createKeySource(config: KeyDownloadConfig): KeySource {
  const unknownKids = createUnknownKids(config.jwks.cooldownSeconds)
  const store = createKeyStore(config)

  async function fetchFor(kid: string | undefined, alg: string): Promise<VerificationKey> {
    await store.refresh()
    const key = store.find(kid, alg)
    if (key) return key
    if (store.isSeed()) return refetchFor(kid, alg)
    throw authError('key_unknown') // a set fetched for this very request is the issuer's last word
  }

  /** A fetch under way may bring the key; only one that lacks it makes an own fetch worth asking for. */
  async function refetchFor(kid: string | undefined, alg: string): Promise<VerificationKey> {
    if (store.refreshing()) await store.refresh()
    else if (store.failing() || unknownKids.mayAsk(kid)) await askFor(kid, alg)
    else throw authError('key_unknown')
    return store.find(kid, alg) ?? refetchFor(kid, alg)
  }

  /** A failed fetch is the backoff's to space: it starts no cooldown, in which the new key would be refused. */
  async function askFor(kid: string | undefined, alg: string): Promise<void> {
    await store.refresh()
    unknownKids.asked()
    if (store.find(kid, alg)) return
    unknownKids.remember(kid)
    store.forget()
  }

  return {
    trusted: store.trusted,
    find(kid, alg) {
      if (!store.trusted()) return fetchFor(kid, alg)
      return store.find(kid, alg) ?? refetchFor(kid, alg)
    },
    async ready() {
      if (!store.trusted()) await store.refresh()
    },
  }
}

/** The current set with its freshness: fresh, then stale but trusted, then of no use. */
function createKeyStore(config: KeyDownloadConfig) {
  const { issuer, events, jwks } = config
  const backoff = createBackoff()
  const source = createKeyDownload(config)
  let keySet = emptyKeySet
  let freshUntil = 0
  let trustedUntil = 0
  let lastFailure: unknown
  let inFlight: Promise<void> | undefined

  function refresh(): Promise<void> {
    inFlight ??= attempt().finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  async function attempt(): Promise<void> {
    const wait = backoff.remainingSeconds()
    if (wait > 0) throw outage('keys_unavailable', wait, lastFailure)
    try {
      await replaceKeys()
      backoff.succeeded()
      lastFailure = undefined
    } catch (error) {
      throw failed(error)
    }
  }

  async function replaceKeys(): Promise<void> {
    const { keySet: next, maxAgeSeconds = jwks.maxAgeSeconds, isSeed } = await source.download(keySet)
    const withdrawn = withdrawMissing(keySet, next)
    keySet = next
    // never beyond the configured age, and never so short that every request would fetch
    const freshSeconds = Math.min(jwks.maxAgeSeconds, Math.max(maxAgeSeconds, jwks.cooldownSeconds))
    freshUntil = Date.now() + freshSeconds * 1000
    trustedUntil = isSeed ? Number.POSITIVE_INFINITY : freshUntil + jwks.maxStaleSeconds * 1000
    events.emit({ type: 'keys_refreshed', issuer, keys: next.size, withdrawn })
  }

  function failed(error: unknown): unknown {
    backoff.failed()
    lastFailure = error
    source.forget()
    events.emit({ type: 'keys_refresh_failed', issuer, error, servingStale: Date.now() < trustedUntil })
    const named =
      error instanceof FetchError || error instanceof MetadataError || error instanceof KeySetError
    return named ? outage('keys_unavailable', backoff.remainingSeconds(), error) : error
  }

  function refreshInBackground(): void {
    events.emit({ type: 'keys_stale', issuer })
    refresh().catch(() => {}) // told by keys_refresh_failed; meanwhile the stale keys serve
  }

  return {
    refresh,
    refreshing: () => inFlight !== undefined,
    /** Whether the last refresh failed: then nobody can say that a key does not exist. */
    failing: () => lastFailure !== undefined,
    /** Asks discovery anew at the next refresh: the keys may have moved. */
    forget: source.forget,
    isSeed: () => trustedUntil === Number.POSITIVE_INFINITY,
    find: (kid: string | undefined, alg: string) => keySet.find(kid, alg),
    trusted(): boolean {
      const now = Date.now()
      if (now >= trustedUntil) return false
      if (now >= freshUntil && !inFlight && backoff.remainingSeconds() === 0) refreshInBackground()
      return true
    },
  }
}
