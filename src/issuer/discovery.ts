import type { JsonObject } from '../jose/compact-jws.js'
import {
  AnswerError,
  FetchError,
  type FetchJsonOptions,
  fetchJson,
  type JsonAnswer,
} from '../net/fetch-json.js'
import { isSafeLink } from '../net/safe-url.js'
import { shown } from '../refusal/shown.js'

/** Which metadata to fetch, and whose they must be. */
export interface MetadataSource {
  /** Issuer identifier, exactly as in the `iss` claim: the document must name it. */
  readonly issuer: string
  /** Where the document is. Undefined: at the well-known addresses of `issuer`. */
  readonly metadataUrl: string | undefined
  /** Hosts besides loopback that may be named with plain http. */
  readonly httpHosts: readonly string[]
}

/**
 * Fetches the metadata document and checks that it names the issuer, and nothing else in it.
 *
 * Tries the OpenID Connect form first, then those of RFC 8414. Does not fetch what the document points to.
 *
 * @throws FetchError when it cannot be had now; trying later may succeed.
 * @throws AnswerError when it names another issuer: an attack or a misconfiguration.
 * @see RFC 8414 §3, OpenID Connect Discovery 1.0 §4
 */
export async function fetchMetadata(source: MetadataSource, options: FetchJsonOptions): Promise<JsonObject> {
  const metadata = await fetchUncheckedMetadata(source, options)
  if (metadata.issuer === source.issuer) return metadata
  throw new AnswerError(
    `the metadata of ${source.issuer} names another issuer, ${shown(metadata.issuer, 200)} (a slash at the end counts)`,
  )
}

/** The metadata document as it came, to tell what is wrong with it. @throws FetchError */
export async function fetchUncheckedMetadata(
  { issuer, metadataUrl }: MetadataSource,
  options: FetchJsonOptions,
): Promise<JsonObject> {
  const { body } = await firstFound(metadataUrl === undefined ? metadataUrls(issuer) : [metadataUrl], options)
  return (body ?? {}) as JsonObject
}

/**
 * An address in the metadata, such as `jwks_uri`.
 *
 * @throws AnswerError when it is missing, or may not be asked.
 */
export function linkIn(
  metadata: JsonObject,
  name: 'jwks_uri' | 'introspection_endpoint',
  { issuer, metadataUrl = issuer, httpHosts }: MetadataSource,
): string {
  const link = metadata[name]
  if (isSafeLink(link, metadataUrl, httpHosts)) return link
  const found = link === undefined ? '' : `: ${shown(link, 200)}`
  throw new AnswerError(`the metadata of ${issuer} has no safe ${name}${found}`)
}

/** Well-known addresses: appended to the issuer (OpenID), inserted between host and path (RFC 8414 §3.1, §5). */
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ]
  return [...new Set(urls)]
}

async function firstFound(urls: readonly string[], options: FetchJsonOptions): Promise<JsonAnswer> {
  let notFound: unknown
  for (const url of urls) {
    try {
      return await fetchJson(url, options)
    } catch (error) {
      if (!isNotFound(error)) throw error
      notFound ??= error
    }
  }
  throw notFound
}

/** What servers answer where they have nothing: file stores say 403, some routers 400 or 405. */
function isNotFound(error: unknown): boolean {
  return (
    error instanceof FetchError &&
    error.status !== undefined &&
    [400, 403, 404, 405, 410].includes(error.status)
  )
}
