import { parseUrl } from '../net/safe-url.js'

/** Printable ASCII with an authority, no backslash: what a URL parser would bend or trim is refused instead. */
const ABSOLUTE_URI = /^[a-z][a-z0-9+.-]*:\/\/[!-[\]-~]+$/i

/**
 * Whether two URIs name one target, without query and fragment: as they stand, or as absolute URIs in normal form, by
 * case of scheme and host, default port, dot segments and percent-encoding.
 *
 * @see RFC 9449 §4.3, RFC 3986 §6.2.2, §6.2.3
 */
export function isSameTarget(one: string, other: string): boolean {
  if (one === other) return true
  const [target, otherTarget] = [withoutQuery(one), withoutQuery(other)]
  if (target === otherTarget) return true
  const normalised = normalisedTarget(target)
  return normalised !== undefined && normalised === normalisedTarget(otherTarget)
}

function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*/s, '')
}

/** Undefined for what is no absolute URI, or names a user. */
function normalisedTarget(target: string): string | undefined {
  const url = ABSOLUTE_URI.test(target) ? parseUrl(target) : undefined
  if (url?.username !== '' || url.password !== '') return undefined
  const { protocol, host, pathname } = url
  return `${protocol}//${host}${normalisedPath(pathname)}`
}

function normalisedPath(path: string): string {
  return path.includes('%') ? path.replace(/%[0-9a-f]{2}/gi, normalisedOctet) : path
}

/** Octets of unreserved characters stand for themselves; all others keep their encoding, in upper case. */
function normalisedOctet(octet: string): string {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
  return /[A-Za-z0-9\-._~]/.test(character) ? character : octet.toUpperCase()
}
