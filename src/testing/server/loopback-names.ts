import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isIPv4 } from 'node:net'

/**
 * Answers 421 to a request that was not sent to a loopback name, and passes every other one to `listener`.
 *
 * DNS rebinding: another site can point its own name at 127.0.0.1. The browser then lets the site's pages read the
 * issuer's answers, and anyone may log in here. `Host` still carries the site's name in such a request.
 *
 * @see RFC 9110 §15.5.20
 */
export function refuseForeignNames(listener: RequestListener): RequestListener {
  return (req, res) => {
    const status = statusFor(req)
    if (status === undefined) listener(req, res)
    else refuse(res, status)
  }
}

/** Returns the status to refuse a request with; undefined when the request was sent to a loopback name. */
function statusFor({ headersDistinct, url = '' }: IncomingMessage): 400 | 421 | undefined {
  const hosts = headersDistinct.host ?? []
  if (hosts.length > 1) return 400 // RFC 9112 §3.2
  const target = URL.canParse(url) ? [new URL(url).host] : [] // RFC 9112 §3.2.2: a full URL overrides `Host`
  return hosts.length === 1 && [...hosts, ...target].every(isLoopbackName) ? undefined : 421
}

/** Returns whether `host`, with or without a port, is 127.0.0.0/8, [::1], localhost or a name below localhost. */
function isLoopbackName(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '')
  if (isIPv4(name)) return name.startsWith('127.')
  return name === '[::1]' || /^([a-z0-9_-]+\.)*localhost$/.test(name)
}

function refuse(res: ServerResponse, status: 400 | 421): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  res.end('This test issuer answers requests to loopback names only, such as localhost and 127.0.0.1.\n')
}
