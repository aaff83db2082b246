import type { JsonObject } from '../compact-jws.js'
import { FetchError, type FetchJsonOptions, fetchJson, type JsonAnswer } from '../fetch-json.js'
import { isSecureUrl } from './issuer-url.js'

/** Metadata that must not be used. The message quotes nothing of the answer. */
export class MetadataError extends Error {
  override name = 'MetadataError'
}

/**
 * Finds an authorization server's `jwks_uri`, in metadata that name `issuer`.
 *
 * Tries the OpenID Connect form first, then those of RFC 8414. Does not fetch the key set it points to.
 *
 * @param issuer Issuer identifier, exactly as in the `iss` claim.
 * @throws FetchError when it cannot be had now; trying later may succeed.
 * @throws MetadataError when it names another issuer or an unsafe address: an attack or a misconfiguration.
 * @see RFC 8414 §3, OpenID Connect Discovery 1.0 §4
 */
export async function discoverKeys(issuer: string, options: FetchJsonOptions): Promise<string> {
  const { jwks_uri: jwksUri } = await fetchMetadata(issuer, options)
  if (isSecureUrl(jwksUri, issuer)) return jwksUri
  throw new MetadataError(`the metadata of ${issuer} has no safe jwks_uri`)
}

/**
 * Fetches the metadata document and checks that it names `issuer`, and nothing else in it.
 *
 * @throws FetchError, MetadataError as `discoverKeys` does.
 */
export async function fetchMetadata(issuer: string, options: FetchJsonOptions): Promise<JsonObject> {
  const metadata = await fetchUncheckedMetadata(issuer, options)
  if (metadata.issuer === issuer) return metadata
  throw new MetadataError(`the metadata of ${issuer} names another issuer (a slash at the end counts)`)
}

/** The metadata document as it came, to say what is wrong with it. @throws FetchError */
export async function fetchUncheckedMetadata(issuer: string, options: FetchJsonOptions): Promise<JsonObject> {
  const { body } = await firstFound(metadataUrls(issuer), options)
  return (body ?? {}) as JsonObject
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

function isNotFound(error: unknown): boolean {
  return (
    error instanceof FetchError &&
    error.status !== undefined &&
    [400, 403, 404, 405, 410].includes(error.status)
  )
}
