import type { Events } from '../events.js'
import { type FetchJsonOptions, fetchJson, withDeadline } from '../fetch-json.js'
import type { Algorithm } from '../jwk.js'
import { discoverKeys } from './discovery.js'
import { type KeySet, readKeySet } from './key-set.js'

/** How the keys of every issuer are fetched and kept. */
export interface JwksOptions {
  /**
   * Seconds that a fetched set is used without asking again. A shorter `max-age` of the answer counts, down to
   * `cooldownSeconds`. Default 600.
   */
  maxAgeSeconds?: number
  /** Seconds that it is used beyond that, while it cannot be refreshed. Then 503. Default 86400. */
  maxStaleSeconds?: number
  /** Least seconds between two fetches for unknown `kid`s. Default 10. */
  cooldownSeconds?: number
  /** Deadline of one refresh in seconds: discovery and key set, connect to last byte. Default 5. */
  timeoutSeconds?: number
  /** Largest document taken, in bytes. Default 262144. */
  maxBytes?: number
}

export interface KeyDownloadConfig {
  issuer: string
  algorithms: readonly Algorithm[]
  /** Where the keys are. Undefined: discovery tells. */
  jwksUri: string | undefined
  /** A JWK Set to begin with: the first download answers it without asking anybody. */
  seed: unknown
  jwks: Required<JwksOptions>
  fetch: typeof globalThis.fetch | undefined
  events: Events
}

export interface DownloadedKeys {
  keySet: KeySet
  /** What the answer said of its own freshness. */
  maxAgeSeconds: number | undefined
  /** Whether it is the seed: the application's own word, which holds until a fetched set takes its place. */
  isSeed: boolean
}

/** Fetches an issuer's key set, under one deadline for discovery and key set together. */
export interface KeyDownload {
  /** Answers `former` itself when the issuer says that nothing changed. @throws FetchError, MetadataError, KeySetError */
  download(former: KeySet): Promise<DownloadedKeys>
  /** Asks discovery anew at the next download: the keys may have moved. */
  forget(): void
}

export function createKeyDownload(config: KeyDownloadConfig): KeyDownload {
  const { issuer, events, jwks } = config
  let discovered = { jwksUri: '', until: 0 }
  let { seed } = config
  let etag: { value: string; url: string } | undefined

  async function keysUrl(transport: FetchJsonOptions): Promise<string> {
    if (config.jwksUri !== undefined) return config.jwksUri
    if (Date.now() < discovered.until) return discovered.jwksUri
    const jwksUri = await discoverKeys(issuer, transport)
    if (jwksUri !== discovered.jwksUri) events.emit({ type: 'issuer_discovered', issuer, jwksUri })
    discovered = { jwksUri, until: Date.now() + jwks.maxAgeSeconds * 1000 }
    return jwksUri
  }

  async function fetchKeys(former: KeySet, transport: FetchJsonOptions): Promise<DownloadedKeys> {
    const url = await keysUrl(transport)
    const headers: Record<string, string> = etag?.url === url ? { 'if-none-match': etag.value } : {}
    const answer = await fetchJson(url, { ...transport, headers })
    const { maxAgeSeconds } = answer
    if (answer.status === 304) return { keySet: former, maxAgeSeconds, isSeed: false }
    const keySet = await readKeySet(answer.body, config, former)
    etag = answer.etag === undefined ? undefined : { value: answer.etag, url }
    return { keySet, maxAgeSeconds, isSeed: false }
  }

  async function readSeed(): Promise<DownloadedKeys> {
    const jwks = seed
    seed = undefined
    return { keySet: await readKeySet(jwks, config), maxAgeSeconds: undefined, isSeed: true }
  }

  return {
    async download(former) {
      if (seed !== undefined) return readSeed()
      return withDeadline(jwks.timeoutSeconds, (signal) => fetchKeys(former, transportOf(config, signal)))
    },
    forget() {
      discovered.until = 0
    },
  }
}

function transportOf({ jwks, fetch }: KeyDownloadConfig, signal: AbortSignal): FetchJsonOptions {
  return { signal, maxBytes: jwks.maxBytes, ...(fetch && { fetch }) }
}
