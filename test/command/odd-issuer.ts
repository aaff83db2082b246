import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface Oddities {
  /** What the metadata holds beside or instead of `issuer`, `jwks_uri` and `token_endpoint`. */
  metadata?: (url: string) => object
  keys?: readonly unknown[]
  /** Headers of every answer. */
  headers?: Record<string, string>
  /** The answer of the token endpoint. */
  token?: (res: ServerResponse, request: TokenRequest) => void
  /** Instead of the metadata. */
  discovery?: (res: ServerResponse) => void
}

export interface TokenRequest {
  headers: IncomingMessage['headers']
  method: string | undefined
  body: string
}

export function json(res: ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** An issuer on loopback that does as it is told, right or wrong, until the test ends. */
export async function oddIssuer(oddities: Oddities = {}) {
  const { keys = [], headers = {}, metadata = () => ({}) } = oddities
  const requests: TokenRequest[] = []
  const server = createServer(async (req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    if (req.url === '/keys') return json(res, { keys })
    if (req.url === '/token') {
      const request = { headers: req.headers, method: req.method, body: await text(req) }
      requests.push(request)
      return oddities.token?.(res, request)
    }
    if (oddities.discovery) return oddities.discovery(res)
    json(res, { issuer: url, jwks_uri: `${url}keys`, token_endpoint: `${url}token`, ...metadata(url) })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url, requests }
}
