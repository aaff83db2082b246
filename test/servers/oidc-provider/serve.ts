import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider from 'oidc-provider'
import { type Certificate, createCertificate } from '../../proof/certificates.js'
import { jwkOf, postOverTls } from '../over-tls.js'
import { configuration } from './configuration.js'

interface Served {
  port: number
  tlsPort: number
  certificate: Certificate
}

/** Serves the provider over HTTP, and over TLS for the clients with certificates. Its keys outlive a stop. */
export async function serveProvider({ port, tlsPort, certificate }: Served) {
  const issuer = `http://127.0.0.1:${port}`
  const clientCertificate = createCertificate('bound-worker')
  const clientJwk = jwkOf(clientCertificate)
  let keys = [await createSigningKey()]
  let servers: ReturnType<typeof createServers> = []

  async function start(): Promise<void> {
    const provider = new Provider(issuer, configuration(keys, clientJwk))
    servers = createServers(certificate)
    for (const server of servers) server.on('request', provider.callback() as RequestListener)
    const ports = [port, tlsPort]
    await Promise.all(servers.map((server, at) => once(server.listen(ports[at], '127.0.0.1'), 'listening')))
  }

  async function stop(): Promise<void> {
    const closed = servers.filter((server) => server.listening).map((server) => once(server, 'close'))
    for (const server of servers) server.close().closeAllConnections()
    await Promise.all(closed)
    await sleep(50) // until clients in this process have noticed that their connections ended
  }

  /** The provider reads its keys at start. */
  async function replaceKeys(next: JWK[]): Promise<void> {
    keys = next
    await stop()
    await start()
  }

  await start()
  return {
    issuer,
    clientCertificate,
    start,
    stop,
    rotateKey: async () => replaceKeys([await createSigningKey(), ...keys]),
    withdrawOldKey: () => replaceKeys(keys.slice(0, 1)),
    tokenOverTls: async (form: Record<string, string>): Promise<string> =>
      (await postOverTls(`https://127.0.0.1:${tlsPort}/token`, form, clientCertificate)).access_token,
  }
}

function createServers({ key, cert }: Certificate) {
  return [createHttpServer(), createHttpsServer({ key, cert, requestCert: true, rejectUnauthorized: false })]
}

let made = 0

async function createSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  made += 1
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: `key-${made}` }
}
