/** Undefined for what is no URL. Node 20's `URL.canParse`, once optimised, takes some Latin-1 text for UTF-8. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** Whether `url` may be asked: https, or plain http to a loopback host or to one of `httpHosts` (`host` or `host:port`). */
export function isSafeUrl(value: unknown, httpHosts: readonly string[] = []): value is string {
  const url = typeof value === 'string' ? parseUrl(value) : undefined
  if (url?.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHttpHost(url, httpHosts))
}

/**
 * Whether an address that the document at `source` names may be asked. A document from elsewhere must not lead to
 * loopback hosts: whoever writes it could reach services of this machine.
 */
export function isSafeLink(
  value: unknown,
  source: string,
  httpHosts: readonly string[] = [],
): value is string {
  if (!isSafeUrl(value, httpHosts)) return false
  const { host, hostname } = new URL(value)
  if (!isLoopback(hostname) || isNamed({ host, hostname }, httpHosts)) return true
  return isLoopback(parseUrl(source)?.hostname ?? '')
}

/** Loopback addresses and names (RFC 6761 §6.3). */
export function isLoopback(hostname: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|([a-z0-9-]+\.)*localhost)$/.test(hostname)
}

type Host = Pick<URL, 'host' | 'hostname'>

function isHttpHost(host: Host, httpHosts: readonly string[]): boolean {
  return isLoopback(host.hostname) || isNamed(host, httpHosts)
}

function isNamed({ host, hostname }: Host, httpHosts: readonly string[]): boolean {
  return httpHosts.includes(host) || httpHosts.includes(hostname)
}
