import { createRequire } from 'node:module'
import { mayRead, oidcProvider } from '../../../examples/providers/oidc-provider.js'
import { createCertificate, isWithoutOpenssl } from '../../proof/certificates.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import { freePort, postForm } from '../tools.js'
import { api, boundClient, otherApi, worker } from './configuration.js'
import { serveProvider } from './serve.js'

const { version } = createRequire(import.meta.url)('oidc-provider/package.json')

export const server: AuthorizationServer = {
  name: 'oidc-provider',
  title: 'oidc-provider',
  version,
  available: () => !isWithoutOpenssl || 'there is no openssl command',
  async install() {}, // a devDependency
  start,
  cannot: {},
}

async function start(): Promise<RunningServer> {
  const [port, tlsPort] = [await freePort(), await freePort()]
  const provider = await serveProvider({ port, tlsPort, certificate: createCertificate('provider') })
  const { issuer } = provider
  const options = oidcProvider(issuer)
  const grant = { grant_type: 'client_credentials', resource: api, scope: 'read:messages' }
  const token = async (form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    (await postForm(`${issuer}/token`, { ...grant, ...form }, { client: worker, headers })).access_token
  const asked = { clientId: worker.id, clientSecret: worker.secret }
  return {
    issuer,
    options,
    permission: mayRead,
    token: () => token(),
    tokenForAnotherAudience: () => token({ resource: otherApi }),
    tokenWithoutPermission: () => token({ scope: 'write:messages' }),
    shortLivedToken: () => token({ scope: 'read:messages short' }),
    introspection: {
      options: { issuer, audience: `${api}/opaque`, introspection: asked },
      token: () => token({ resource: `${api}/opaque` }),
      revoke: (revoked) => postForm(`${issuer}/token/revocation`, { token: revoked }, { client: worker }),
    },
    dpop: {
      options: { ...options, dpop: {} },
      token: async (proof) => token({}, { DPoP: await proof('POST', `${issuer}/token`) }),
    },
    mtls: {
      options: { ...options, mtls: {} },
      certificate: provider.clientCertificate,
      token: () => provider.tokenOverTls({ ...grant, client_id: boundClient }),
    },
    rotateKey: provider.rotateKey,
    withdrawOldKey: provider.withdrawOldKey,
    stop: provider.stop,
    restart: provider.start,
    close: provider.stop,
  }
}
