import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestIssuer } from 'express-require-auth/testing'
import { createMessagesApi } from '../../examples/messages-api.js'
import { messages } from '../api.js'
import { readyKey } from '../keys/ready-keys.js'

/** The local issuer and the Messages API, both listening. */
export async function startTenantAndApi() {
  const issuer = await startTestIssuer({ signingKey: readyKey() })
  const api = createMessagesApi({ issuer: [issuer.url, issuer.customUrl], audience: messages })
  const server = createServer(api).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    issuer,
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await issuer.close()
    },
  }
}
