import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refuseForeignNames } from './loopback-names.js'

export interface LoopbackServer {
  port: number
  /** Calls `listener` with every request that was sent to a loopback name. */
  onRequest(listener: RequestListener): void
  /** Destroys every open connection, including those that wait for an answer. */
  disconnect(): void
  close(): Promise<void>
}

const attempts = 20

async function listenAt(host: string, port: number): Promise<Server> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  return server
}

async function listenAtIPv6(port: number): Promise<Server | undefined> {
  try {
    return await listenAt('::1', port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return undefined // a host without IPv6
    throw error
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

// Clients may resolve `localhost` to ::1 first, so the server listens on both addresses
async function listenAtBoth(port: number): Promise<Server[]> {
  const server = await listenAt('127.0.0.1', port)
  try {
    const second = await listenAtIPv6(portOf(server))
    return second ? [server, second] : [server]
  } catch (error) {
    await closeServer(server)
    throw error
  }
}

// A port that is free on one address may be taken on the other
async function listenAtFreePort(attemptsLeft = attempts): Promise<Server[]> {
  try {
    return await listenAtBoth(0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attemptsLeft <= 1) throw error
    return listenAtFreePort(attemptsLeft - 1)
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/**
 * Listens on one port of the loopback addresses: 127.0.0.1, and ::1 where the machine has IPv6.
 *
 * @param port 0 for any free port.
 * @throws `EADDRINUSE` when the port is taken.
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  const servers = port === 0 ? await listenAtFreePort() : await listenAtBoth(port)
  return {
    port: portOf(servers[0] as Server),
    onRequest(listener) {
      for (const server of servers) server.on('request', refuseForeignNames(listener))
    },
    disconnect() {
      for (const server of servers) server.closeAllConnections()
    },
    async close() {
      await Promise.all(servers.map(closeServer))
    },
  }
}
