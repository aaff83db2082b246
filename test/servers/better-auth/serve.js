import { once } from 'node:events'
import { createServer } from 'node:http'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { createJwk, jwt } from 'better-auth/plugins'

const tables = ['user', 'session', 'account', 'verification', 'jwks']
const oauthTables = ['Client', 'ClientResource', 'AccessToken', 'RefreshToken', 'Consent', 'Resource']
const scopes = ['read:messages', 'write:messages', 'short']

/** Serves Better Auth with two APIs and one client. What it knows is in memory and outlives a stop. */
export async function serveBetterAuth({ port, resources }) {
  const auth = createAuth(port, resources)
  const client = await createClient(auth, resources)
  const context = await auth.$context
  let server

  async function start() {
    server = createServer(toNodeHandler(auth))
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }

  async function stop() {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close().closeAllConnections()
    await closed
  }

  await start()
  return {
    client: { id: client.client_id, secret: client.client_secret },
    start,
    stop,
    rotateKey: () => createJwk({ context }, {}),
    async withdrawOldKey() {
      const keys = await context.adapter.findMany({
        model: 'jwks',
        sortBy: { field: 'createdAt', direction: 'desc' },
      })
      for (const { id } of keys.slice(1))
        await context.adapter.delete({ model: 'jwks', where: [{ field: 'id', value: id }] })
    },
  }
}

function createAuth(port, resources) {
  const names = [...tables, ...oauthTables.map((name) => `oauth${name}`)]
  return betterAuth({
    baseURL: `http://127.0.0.1:${port}`,
    secret: 'for tests on loopback only, and long enough',
    database: memoryAdapter(Object.fromEntries(names.map((name) => [name, []]))),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    plugins: [
      jwt({ disableSettingJwtHeader: true }),
      oauthProvider({
        loginPage: '/login',
        consentPage: '/consent',
        scopes: ['openid', ...scopes],
        scopeExpirations: { short: '3s' },
        resources,
        clientPrivileges: () => true,
        silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
      }),
    ],
  })
}

/** Signs an administrator up, who registers the client and links it to both APIs. */
async function createClient(auth, resources) {
  const admin = { name: 'Admin', email: 'admin@northwind.com', password: 'for tests on loopback only' }
  const signedUp = await auth.api.signUpEmail({ body: admin, returnHeaders: true })
  const cookies = signedUp.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
  const headers = new Headers({ cookie: cookies.join('; ') })
  const body = {
    client_name: 'messages-worker',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    client_credentials_scopes: scopes,
  }
  const client = await auth.api.adminCreateOAuthClient({ headers, body })
  for (const identifier of resources)
    await auth.api.adminLinkClientResource({ headers, params: { identifier, client_id: client.client_id } })
  return client
}
