export const realmName = 'northwind'

/** The API itself, as the client that asks about tokens. */
export const api = { id: 'messages-api', secret: 'messages-api-secret' }

export const clients = {
  worker: { id: 'messages-worker', secret: 'worker-secret' },
  /** Its tokens are for another API. */
  elsewhere: { id: 'invoices-worker', secret: 'invoices-secret' },
  /** Has no role. */
  roleless: { id: 'roleless-worker', secret: 'roleless-secret' },
  /** Its tokens live three seconds. */
  brief: { id: 'brief-worker', secret: 'brief-secret' },
  /** Its tokens are bound to a key by DPoP. */
  dpop: { id: 'dpop-worker', secret: 'dpop-secret' },
  /** Its tokens are bound to its certificate. */
  mtls: { id: 'mtls-worker', secret: 'mtls-secret' },
}

type Client = { id: string; secret: string }

/** A realm to import: an API, a role for it, and a client for each kind of token. */
export function realm() {
  const { worker, elsewhere, roleless, brief, dpop, mtls } = clients
  const readers = [worker, elsewhere, brief, dpop, mtls]
  return {
    realm: realmName,
    enabled: true,
    sslRequired: 'none',
    roles: { realm: [{ name: 'messages-reader' }] },
    users: [...readers.map(asUser(['messages-reader'])), asUser([])(roleless)],
    clients: [
      { clientId: api.id, secret: api.secret, enabled: true, publicClient: false },
      asClient(worker),
      asClient(elsewhere, { audience: 'invoices-api' }),
      asClient(roleless),
      asClient(brief, { attributes: { 'access.token.lifespan': '3' } }),
      asClient(dpop, { attributes: { 'dpop.bound.access.tokens': 'true' } }),
      asClient(mtls, { attributes: { 'tls.client.certificate.bound.access.tokens': 'true' } }),
    ],
  }
}

const asUser = (realmRoles: string[]) => (client: Client) => ({
  username: `service-account-${client.id}`,
  serviceAccountClientId: client.id,
  enabled: true,
  realmRoles,
})

function asClient({ id, secret }: Client, { audience = api.id, attributes = {} } = {}) {
  return {
    clientId: id,
    secret,
    enabled: true,
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    attributes,
    protocolMappers: [audienceMapper(audience)],
  }
}

function audienceMapper(audience: string) {
  return {
    name: 'audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': audience, 'access.token.claim': 'true' },
  }
}
