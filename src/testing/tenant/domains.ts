import type { IncomingMessage } from 'node:http'

/** The two domains of a tenant. Both are issuer identifiers, with a trailing slash. */
export interface Domains {
  /** The canonical domain. */
  url: string
  /** The custom domain. */
  customUrl: string
}

export function domainsAt(port: number): Domains {
  return { url: `http://127.0.0.1:${port}/`, customUrl: `http://localhost:${port}/` }
}

/** Returns the issuer identifier of the domain a request was sent to: one of the two, never the sender's text. */
export function domainOf(req: IncomingMessage, { url, customUrl }: Domains): string {
  return /^localhost(:\d+)?$/i.test(req.headers.host ?? '') ? customUrl : url
}
