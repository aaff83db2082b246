import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { northwind, startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { createManagementApi } from '../management-api.js'
import { createMessagesApi } from '../messages-api.js'
import { createPage } from './page.js'
import { audience, playgroundTenant } from './tenant.js'

export interface PlaygroundOptions {
  /** 0 for any free port. */
  issuerPort: number
  /** 0 for any free port. */
  apiPort: number
  /** Lifetime of an access token for the Messages API, in seconds. Default 86400. */
  tokenLifetimeSeconds?: number
}

export interface Playground {
  issuer: TestIssuer
  /** Without a slash at the end. */
  apiUrl: string
  close(): Promise<void>
}

/** An error of listening, with the name of the option that set the port. */
export interface PortError extends NodeJS.ErrnoException {
  option: 'issuerPort' | 'apiPort'
}

/**
 * Starts the local issuer, the Messages API, the Management API and a page to try them.
 *
 * @throws PortError when a port cannot be listened on.
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const server = await listen(options.apiPort).catch(naming('apiPort'))
  const { port } = server.address() as AddressInfo
  const tenant = playgroundTenant({
    pages: [`http://localhost:${port}/`, `http://127.0.0.1:${port}/`],
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
  })
  const issuer = await startTestIssuer({ port: options.issuerPort, tenant }).catch(async (error) => {
    server.close()
    return naming('issuerPort')(error)
  })
  server.on('request', createApp(issuer))
  return {
    issuer,
    apiUrl: `http://localhost:${port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await issuer.close()
    },
  }
}

function createApp(issuer: TestIssuer) {
  const domains = [issuer.url, issuer.customUrl]
  const app = express()
  app.disable('x-powered-by')
  app.use(createPage(issuer))
  app.use(createManagementApi({ domains, users: northwind.users }))
  app.use(createMessagesApi({ issuer: domains, audience, details: true }))
  return app
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function naming(option: PortError['option']) {
  return (error: Error): never => {
    throw Object.assign(error, { option })
  }
}
