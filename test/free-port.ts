import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port of loopback that is free now, for a server that keeps it over restarts. It is below those that the system
 * gives to outgoing connections: one of these may take a port before the server does, or while it is down. The nodes of
 * a Redis Cluster talk on a second port, higher by 10000.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 20_000)
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return freePort()
  }
  await new Promise((resolve) => server.close(resolve))
  return port
}
