import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A real issuer on loopback that publishes whatever stands in `keys`, until the test ends. */
export async function serveKeys(keys: readonly unknown[]) {
  let requests = 0
  const server = createServer((req, res) => {
    requests += 1
    const metadata = { issuer: url, jwks_uri: `${url}keys` }
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify(req.url === '/keys' ? { keys } : metadata))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { issuer: url, requests: () => requests }
}
