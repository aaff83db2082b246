/**
 * The issuer identifier that a setting means: a URL as it stands, or `https://DOMAIN/` for a bare domain.
 *
 * @throws TypeError when it is no https URL (http for loopback hosts), or has a query, a fragment or credentials.
 * @see RFC 8414 §2
 */
export function issuerUrl(setting: unknown): string {
  if (typeof setting !== 'string' || setting === '') throw wrongIssuer(setting)
  const issuer = /^[a-z][a-z0-9+.-]*:\/\//i.test(setting) ? setting : `https://${setting.replace(/\/$/, '')}/`
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (!url || /[?#\s]/.test(issuer) || url.username || url.password) throw wrongIssuer(setting)
  if (!isHttpsOrLoopback(url)) throw wrongIssuer(setting)
  return issuer
}

/** Whether an address that the application names may be asked: https, or plain http to a loopback host. */
export function isHttpsOrLoopbackUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && isHttpsOrLoopback(new URL(value))
}

/** Whether an address named by `issuer` may be asked: https, or plain http from a loopback issuer to a loopback host. */
export function isSecureUrl(value: unknown, issuer: string): value is string {
  return isHttpsOrLoopbackUrl(value) && (new URL(value).protocol === 'https:' || issuer.startsWith('http:'))
}

function isHttpsOrLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function isLoopback(hostname: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|([a-z0-9-]+\.)*localhost)$/.test(hostname)
}

function wrongIssuer(setting: unknown): TypeError {
  return new TypeError(
    `issuer must be a domain or an https URL without query and fragment (http only for loopback hosts), got ${JSON.stringify(setting)}`,
  )
}
