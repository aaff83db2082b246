import { createAttempts } from '../net/attempts.js'
import { shown } from '../refusal/shown.js'
import { createKeyDownload, type DownloadedKeys, type KeySourceConfig } from './key-download.js'
import { emptyKeySet, readKeySet, withdrawMissing } from './key-set.js'

/**
 * How old a key set is. `fresh`: use it. `due`: use it and refresh it. `old`: wait for the refresh a little, and serve
 * stale only when that brings nothing. `none`: there is nothing to serve.
 */
export type Age = 'fresh' | 'due' | 'old' | 'none'

/** Keys in use are refreshed after this part of their life, so that no request waits for it. */
const DUE_PART = 0.8

export type KeyStore = ReturnType<typeof createKeyStore>

/** The current key set of one issuer, with its age. Ages run on the monotonic clock. */
export function createKeyStore(config: KeySourceConfig) {
  const { issuer, shared } = config
  const { events, jwks } = shared
  const source = createKeyDownload(config)
  let keySet = emptyKeySet
  let dueAt = 0
  let oldAt = 0
  let goneAt = 0
  let outageUntil = 0
  let underWay: { startedAt: number; done: Promise<void> } | undefined
  let isToldStale = false

  const attempts = createAttempts({
    code: 'keys_unavailable',
    onFailure(error) {
      source.forget()
      outageUntil = performance.now() + jwks.maxAgeSeconds * 1000
      const servingStale = performance.now() < goneAt
      events.emit({ type: 'keys_refresh_failed', issuer, reason: error.message, error, servingStale })
    },
  })

  /** Resolves once a set was fetched, by this call or by one under way. @throws `keys_unavailable` */
  function refresh(): Promise<void> {
    underWay ??= { startedAt: performance.now(), done: attempts.run(replace).finally(end) }
    return underWay.done
  }

  async function replace(): Promise<void> {
    replaceKeys(await source.download(keySet))
  }

  function end(): void {
    underWay = undefined
  }

  function replaceKeys({ keySet: next, maxAgeSeconds = jwks.maxAgeSeconds }: DownloadedKeys): void {
    const withdrawn = withdrawMissing(keySet, next)
    keySet = next
    isToldStale = false
    outageUntil = 0
    // never beyond the configured age, and never so short that every request would fetch
    const freshSeconds = Math.min(jwks.maxAgeSeconds, Math.max(maxAgeSeconds, jwks.cooldownSeconds))
    setAge(freshSeconds, freshSeconds * DUE_PART)
    events.emit({ type: 'keys_refreshed', issuer, keys: next.size, withdrawn })
    tellAmbiguous()
  }

  function tellAmbiguous(): void {
    for (const kid of keySet.ambiguous) events.emit({ type: 'keys_ambiguous', issuer, kid: shown(kid, 100) })
  }

  function setAge(freshSeconds: number, dueSeconds: number): void {
    const now = performance.now()
    dueAt = now + dueSeconds * 1000
    oldAt = now + freshSeconds * 1000
    goneAt = oldAt + jwks.maxStaleSeconds * 1000
  }

  return {
    refresh,
    /** Seconds that the refresh under way has taken, undefined when there is none. */
    refreshingForSeconds: () => underWay && (performance.now() - underWay.startedAt) / 1000,
    /** Whether a refresh may be started now: after a failure there is a pause. */
    mayRefresh: () => attempts.pauseSeconds() === 0,
    /** Whether the last refresh failed: then nobody can tell that a key does not exist. */
    failing: attempts.failing,
    /** Whether a refresh failed so lately that no request should wait for the next one. */
    isOut: () => performance.now() < outageUntil || attempts.pauseSeconds() > 0,
    forget: source.forget,
    /** Tells, once for each set, that it is served beyond its age. */
    tellStale(): void {
      if (!isToldStale) events.emit({ type: 'keys_stale', issuer })
      isToldStale = true
    },
    find: (kid: string | undefined, alg: string) => keySet.find(kid, alg),
    age(): Age {
      const now = performance.now()
      if (now >= goneAt) return 'none'
      if (now >= oldAt) return 'old'
      return now >= dueAt ? 'due' : 'fresh'
    },
    /**
     * Takes the application's own set: for good, or until the first refresh, which is due at once.
     *
     * @throws `keys_unavailable` when no key of it can be used.
     */
    async plant(seed: unknown): Promise<void> {
      keySet = await attempts.run(() => readKeySet(seed, config))
      tellAmbiguous()
      if (config.isFixed) setAge(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      else setAge(jwks.maxAgeSeconds, 0)
    },
  }
}
