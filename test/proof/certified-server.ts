import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import Provider from 'oidc-provider'
import { readyKey } from '../keys/ready-keys.js'
import type { Certificate } from './certificates.js'

export const client = { id: 'messages-worker', secret: 'messages-worker-secret' }

export interface CertifiedServer {
  issuer: string
  /** The token endpoint over TLS, which asks for a client certificate. */
  mtlsTokenEndpoint: string
  close(): void
}

interface Served {
  audience: string
  accessTokenFormat: 'jwt' | 'opaque'
  /** Binds every token to the certificate of the client. */
  certificateBound?: boolean
  certificate: Certificate
}

/** Starts `oidc-provider`, an OpenID-certified authorization server, on plain HTTP and on TLS. */
export async function startCertifiedServer(served: Served): Promise<CertifiedServer> {
  const { key, cert } = served.certificate
  const http = createHttpServer()
  const https = createHttpsServer({ key, cert, requestCert: true, rejectUnauthorized: false })
  const issuer = `http://127.0.0.1:${await listen(http)}`
  const provider = new Provider(issuer, configuration(served))
  for (const server of [http, https]) server.on('request', provider.callback() as RequestListener)
  return {
    issuer,
    mtlsTokenEndpoint: `https://localhost:${await listen(https)}/token`,
    close() {
      for (const server of [http, https]) server.close().closeAllConnections()
    },
  }
}

async function listen(server: Server | ReturnType<typeof createHttpsServer>): Promise<number> {
  await once(server.listen(0), 'listening')
  return (server.address() as AddressInfo).port
}

function configuration({ audience, accessTokenFormat, certificateBound = false }: Served) {
  const jwt = { sign: { alg: 'RS256' } }
  const api = { scope: 'read:messages', audience, accessTokenFormat, jwt }
  return {
    jwks: { keys: [{ ...readyKey().export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'k1' }] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        tls_client_certificate_bound_access_tokens: certificateBound,
      },
    ],
    scopes: ['read:messages'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => api,
      },
      mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate },
    },
  }
}

function getCertificate({ req }: { req: { socket: TLSSocket } }): string | undefined {
  return req.socket.getPeerX509Certificate?.()?.toString()
}
