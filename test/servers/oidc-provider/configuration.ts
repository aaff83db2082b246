import type { TLSSocket } from 'node:tls'
import type { JWK } from 'jose'

export const api = 'https://messages.northwind.com'
export const otherApi = 'https://invoices.northwind.com'
export const worker = { id: 'messages-worker', secret: 'messages-worker-secret' }
/** A client whose tokens are bound to its certificate. */
export const boundClient = 'bound-worker'

const grants = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }

export function configuration(keys: readonly JWK[], clientJwk: JWK) {
  const bound = {
    client_id: boundClient,
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    tls_client_certificate_bound_access_tokens: true,
    jwks: { keys: [clientJwk] },
    ...grants,
  }
  return {
    jwks: { keys },
    clients: [{ client_id: worker.id, client_secret: worker.secret, ...grants }, bound],
    clientAuthMethods: ['client_secret_basic', 'self_signed_tls_client_auth'],
    scopes: ['read:messages', 'write:messages', 'short'],
    ttl: { ClientCredentials: lifetime },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      dPoP: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        getCertificate,
      },
      resourceIndicators: { enabled: true, useGrantedResource: () => true, getResourceServerInfo },
    },
  }
}

function lifetime(_: unknown, token: { scopes: Set<string> }): number {
  return token.scopes.has('short') ? 3 : 600
}

function getResourceServerInfo(_: unknown, audience: string) {
  return {
    scope: 'read:messages write:messages short',
    audience,
    accessTokenFormat: audience.endsWith('/opaque') ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  }
}

function getCertificate({ req }: { req: { socket: TLSSocket } }): string | undefined {
  return req.socket.getPeerX509Certificate?.()?.toString()
}
