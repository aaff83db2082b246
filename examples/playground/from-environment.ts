import { northwind } from 'express-require-auth/testing'
import { type Playground, type PortError, startPlayground } from './server.js'
import { audience } from './tenant.js'

export type Environment = Readonly<Record<string, string | undefined>>

const settings = { issuerPort: 'ISSUER_PORT', apiPort: 'API_PORT' } as const

/**
 * Starts the playground with the settings of an environment.
 *
 * @throws Error whose message is one line for the terminal, when a setting is wrong or a port cannot be had.
 */
export async function playgroundFrom(env: Environment): Promise<Playground> {
  const ports = { issuerPort: portOf(env, 'ISSUER_PORT', 4000), apiPort: portOf(env, 'API_PORT', 3000) }
  const tokenLifetimeSeconds = lifetimeOf(env, 'TOKEN_LIFETIME_SECONDS', 86_400)
  return startPlayground({ ...ports, tokenLifetimeSeconds }).catch((error: PortError) =>
    explainPort(error, ports[error.option]),
  )
}

function portOf(env: Environment, name: string, fallback: number): number {
  const setting = env[name]
  if (setting === undefined || setting === '') return fallback
  if (/^\d{1,5}$/.test(setting) && Number(setting) <= 65_535) return Number(setting)
  throw new Error(`${name} must be a port number from 0 to 65535, got ${JSON.stringify(setting)}`)
}

function lifetimeOf(env: Environment, name: string, fallback: number): number {
  const setting = env[name]
  if (setting === undefined || setting === '') return fallback
  if (/^[1-9]\d{0,7}$/.test(setting)) return Number(setting)
  throw new Error(`${name} must be a positive whole number of seconds, got ${JSON.stringify(setting)}`)
}

function explainPort(error: PortError, port: number): never {
  const name = settings[error.option]
  if (error.code === 'EADDRINUSE') throw new Error(`Port ${port} is taken: set ${name} to a free one`)
  if (error.code === 'EACCES')
    throw new Error(`Port ${port} may not be used: set ${name} to one from 1024 up`)
  throw error
}

/** What is running where, and curl lines to try it. */
export function instructions({ issuer, apiUrl: api }: Playground): string {
  return `
Local issuer   ${issuer.url} (canonical domain) and ${issuer.customUrl} (custom domain). For development only.
Messages API   ${api}
Playground     ${api}/ in a browser: log in, look at the token, call the API, let the token expire and refresh

Get a token that may read but not write:

  ${tokenLine('TOKEN', issuer.url, 'messages-worker')}

Call the API:

  curl -i ${api}/public
  curl -i ${api}/messages
  curl -i ${api}/messages -H "Authorization: Bearer $TOKEN"
  curl -i ${api}/messages -H "Authorization: Bearer $TOKEN-tampered"
  curl -i ${api}/messages -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' --data '{"text":"Hi"}'

They answer 200, 401 without a token, 200, 401 invalid_token, and 403 insufficient_scope. The same from the
custom domain, with the scope to write:

  ${tokenLine('ADMIN_TOKEN', issuer.customUrl, 'messages-admin')}
  curl -i ${api}/messages -H "Authorization: Bearer $ADMIN_TOKEN" -H 'Content-Type: application/json' --data '{"text":"Hi"}'

Ctrl-C ends both.`
}

function tokenLine(variable: string, domain: string, clientId: string): string {
  const secret = northwind.clients.find((client) => client.clientId === clientId)
  const fields = [
    'grant_type=client_credentials',
    `client_id=${clientId}`,
    `client_secret=${secret && 'clientSecret' in secret ? secret.clientSecret : ''}`,
    `audience=${audience}`,
  ]
  const data = fields.map((field) => `--data ${field}`).join(' ')
  return `${variable}=$(curl -s ${domain}oauth/token ${data} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`
}
