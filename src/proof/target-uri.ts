/** Printable ASCII with an authority, no backslash: what a URL parser would bend or trim is refused instead. */
const ABSOLUTE_URI = /^[a-z][a-z0-9+.-]*:\/\/[!-[\]-~]+$/i

/**
 * A URI without query and fragment, normalised so that equivalent ones are equal: case of scheme and host, default
 * port, dot segments, percent-encoding.
 *
 * Undefined for what is no absolute URI, or names a user.
 *
 * @see RFC 9449 §4.3, RFC 3986 §6.2.2, §6.2.3
 */
export function normalisedTarget(uri: string): string | undefined {
  const [target = ''] = uri.split(/[?#]/, 1)
  if (!ABSOLUTE_URI.test(target) || !URL.canParse(target)) return undefined
  const { protocol, host, pathname, username, password } = new URL(target)
  if (username !== '' || password !== '') return undefined
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
