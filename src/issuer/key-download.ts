import type { Algorithm } from '../jose/algorithms.js'
import { type FetchJsonOptions, fetchJson, withDeadline } from '../net/fetch-json.js'
import type { Events } from '../refusal/events.js'
import { fetchMetadata, linkIn, type MetadataSource } from './discovery.js'
import type { JwksRules } from './jwks-options.js'
import { type KeySet, readKeySet } from './key-set.js'

/** Whose keys to fetch, and how: one for each configured issuer. */
export interface KeySourceConfig extends MetadataSource {
  readonly algorithms: readonly Algorithm[]
  /** Where the keys are. Undefined: the metadata name the address. */
  readonly jwksUri: string | undefined
  /** A JWK Set of the application to begin with. */
  readonly seed: unknown
  /** Whether the seed is all there is: nothing is fetched. */
  readonly isFixed: boolean
  /** What all issuers of one middleware share. */
  readonly shared: KeyTransport
}

export interface KeyTransport {
  readonly jwks: JwksRules
  readonly fetch: typeof globalThis.fetch | undefined
  readonly events: Events
}

export interface DownloadedKeys {
  readonly keySet: KeySet
  /** What the answer said of its own freshness. */
  readonly maxAgeSeconds: number | undefined
}

/** Fetches an issuer's key set, with one deadline for discovery and key set together. */
export interface KeyDownload {
  /** Resolves with `former` itself when the issuer answers that nothing changed. @throws FetchError, AnswerError */
  download(former: KeySet): Promise<DownloadedKeys>
  /** Fetches the metadata anew at the next download: the keys may have moved. */
  forget(): void
}

export function createKeyDownload(config: KeySourceConfig): KeyDownload {
  const { issuer, shared } = config
  const { jwks, events } = shared
  let discovered = { jwksUri: '', until: 0 }
  let etag: { value: string; url: string } | undefined

  async function keysUrl(transport: FetchJsonOptions): Promise<string> {
    if (config.jwksUri !== undefined) return config.jwksUri
    if (performance.now() < discovered.until) return discovered.jwksUri
    const jwksUri = linkIn(await fetchMetadata(config, transport), 'jwks_uri', config)
    if (jwksUri !== discovered.jwksUri) events.emit({ type: 'issuer_discovered', issuer, jwksUri })
    discovered = { jwksUri, until: performance.now() + jwks.maxAgeSeconds * 1000 }
    return jwksUri
  }

  async function fetchKeys(former: KeySet, transport: FetchJsonOptions): Promise<DownloadedKeys> {
    const url = await keysUrl(transport)
    const headers: Record<string, string> = etag?.url === url ? { 'if-none-match': etag.value } : {}
    const { jsonTypes } = jwks
    const answer = await fetchJson(url, { ...transport, headers, jsonTypes })
    const { maxAgeSeconds } = answer
    if (answer.status === 304) return { keySet: former, maxAgeSeconds }
    const keySet = await readKeySet(answer.body, config, former)
    etag = answer.etag === undefined ? undefined : { value: answer.etag, url }
    return { keySet, maxAgeSeconds }
  }

  return {
    download: (former) =>
      withDeadline(jwks.timeoutSeconds, (signal) => fetchKeys(former, transportOf(shared, signal))),
    forget() {
      discovered.until = 0
    },
  }
}

function transportOf({ jwks, fetch }: KeyTransport, signal: AbortSignal): FetchJsonOptions {
  return { signal, maxBytes: jwks.maxBytes, fetch }
}
