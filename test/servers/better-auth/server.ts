import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { betterAuth, mayRead } from '../../../examples/providers/better-auth.js'
import type { AuthorizationServer, RunningServer, TokenEndpointProof } from '../server.js'
import { cacheFolder, freePort, postForm, run } from '../tools.js'

const api = 'https://messages.northwind.com'
const otherApi = 'https://invoices.northwind.com'
const { dependencies } = createRequire(import.meta.url)('./package.json')

export const server: AuthorizationServer = {
  name: 'better-auth',
  title: 'Better Auth',
  version: dependencies['better-auth'],
  available: () => true,
  install,
  start,
  cannot: { 'certificate binding': 'it has no certificate-bound tokens' },
}

/** Into the cache, with packages of its own: they are not this package's. */
async function install(): Promise<void> {
  const cwd = cacheFolder('better-auth')
  for (const file of ['package.json', 'package-lock.json', 'serve.js'])
    copyFileSync(join(import.meta.dirname, file), join(cwd, file))
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd })
}

interface Served {
  client: { id: string; secret: string }
  start(): Promise<void>
  stop(): Promise<void>
  rotateKey(): Promise<void>
  withdrawOldKey(): Promise<void>
}

async function start(): Promise<RunningServer> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}/api/auth`
  const { serveBetterAuth } = await import(pathToFileURL(join(cacheFolder('better-auth'), 'serve.js')).href)
  const served: Served = await serveBetterAuth({ port, resources: [api, otherApi] })
  const { stop, rotateKey, withdrawOldKey } = served
  const ask = createAsker(issuer, served)
  const options = betterAuth(issuer)
  return {
    issuer,
    options,
    permission: mayRead,
    token: () => ask({}),
    tokenForAnotherAudience: () => ask({ resource: otherApi }),
    tokenWithoutPermission: () => ask({ scope: 'write:messages' }),
    shortLivedToken: () => ask({ scope: 'read:messages short' }),
    rotateKey,
    withdrawOldKey,
    introspection: introspection(issuer, served, ask),
    dpop: { options: { ...options, dpop: {} }, token: boundToken(issuer, ask) },
    stop,
    restart: served.start,
    close: stop,
  }
}

interface Asked {
  scope?: string
  /** Without it the token is opaque. */
  resource?: string | undefined
}

type Ask = (asked: Asked, headers?: Record<string, string>) => Promise<string>

function createAsker(issuer: string, { client }: Served): Ask {
  return async (asked, headers = {}) => {
    const { scope, resource } = { scope: 'read:messages', resource: api, ...asked }
    const form = { grant_type: 'client_credentials', scope, ...(resource && { resource }) }
    const { access_token } = await postForm(`${issuer}/oauth2/token`, form, { client, headers })
    return access_token
  }
}

function boundToken(issuer: string, ask: Ask) {
  return async (proof: TokenEndpointProof) => ask({}, { DPoP: await proof('POST', `${issuer}/oauth2/token`) })
}

/** Opaque tokens are those that were asked for without an API: an answer about one names no audience. */
function introspection(issuer: string, { client }: Served, ask: Ask) {
  const asking = { clientId: client.id, clientSecret: client.secret, requireAudience: false }
  return {
    options: { ...betterAuth(issuer), introspection: asking },
    token: () => ask({ resource: undefined }),
    revoke: async (token: string) => void (await postForm(`${issuer}/oauth2/revoke`, { token }, { client })),
  }
}
