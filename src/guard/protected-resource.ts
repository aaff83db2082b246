import { isSafeUrl } from '../net/safe-url.js'
import { type Check, isPlainObject, quotable, wrong } from '../options/checks.js'

/**
 * Where the metadata of a protected resource are: their URL, the handler that serves them, or the resource itself.
 *
 * @example
 * requireAuth({ issuer, audience: resource, resourceMetadata: { resource } })
 */
export type ResourceMetadataSetting = string | { readonly url: string } | { readonly resource: string }

/** The identifier of a protected resource (RFC 9728 §2). */
export const resourceIdentifier: Check<string> = (value, name) => {
  if (isSafeUrl(value) && !/[#\s]/.test(value)) return quotable(value, name)
  throw wrong(name, 'an https URL without fragment (http only for loopback hosts)', value)
}

/** Inserted between host and path; a path that is only "/" is none (RFC 9728 §3.1). */
export function wellKnownUrl(resource: string): URL {
  const { origin, pathname, search } = new URL(resource)
  return new URL(`${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`)
}

/** The URL that a setting means. */
export const resourceMetadataUrl: Check<string> = (value, name) => {
  if (isPlainObject(value) && 'resource' in value)
    return wellKnownUrl(resourceIdentifier(value.resource, `${name}.resource`)).href
  const url = typeof value === 'string' ? value : (value as { url?: unknown } | null)?.url
  if (typeof url === 'string' && URL.canParse(url) && !/\s/.test(url)) return quotable(url, name)
  throw wrong(name, 'an absolute URL', value)
}
