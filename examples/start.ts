import { createServer, type Server } from 'node:http'
import type { Express } from 'express'
import { northwind, startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { createMessagesApi } from './messages-api.js'

const audience = 'https://messages.northwind.com'

/** `npm start`: the local issuer and the Messages API, with ready-made curl lines. */
async function start(): Promise<void> {
  const issuerPort = portOf('ISSUER_PORT', 4000)
  const apiPort = portOf('API_PORT', 3000)
  const issuer = await startTestIssuer({ port: issuerPort, tenant: northwind }).catch(
    explainTaken('ISSUER_PORT', issuerPort),
  )
  const app = createMessagesApi({ issuer: [issuer.url, issuer.customUrl], audience })
  const api = await listen(app, apiPort).catch(async (error) => {
    await issuer.close()
    return explainTaken('API_PORT', apiPort)(error)
  })
  console.log(instructions(issuer, api))
  stopOnSignal(issuer, api)
}

function portOf(name: string, fallback: number): number {
  const setting = process.env[name]
  if (setting === undefined || setting === '') return fallback
  if (/^\d{1,5}$/.test(setting) && Number(setting) <= 65_535) return Number(setting)
  throw new Error(`${name} must be a port number from 0 to 65535, got ${JSON.stringify(setting)}`)
}

function explainTaken(name: string, port: number) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE') throw new Error(`Port ${port} is taken: set ${name} to a free one`)
    if (error.code === 'EACCES')
      throw new Error(`Port ${port} may not be used: set ${name} to one from 1024 up`)
    throw error
  }
}

function listen(app: Express, port: number): Promise<Server> {
  const server = createServer(app)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function urlOf(server: Server): string {
  const { port } = server.address() as { port: number }
  return `http://localhost:${port}`
}

function instructions(issuer: TestIssuer, server: Server): string {
  const api = urlOf(server)
  return `
Local issuer   ${issuer.url} (canonical domain) and ${issuer.customUrl} (custom domain). For development only.
Messages API   ${api}

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

function stopOnSignal(issuer: TestIssuer, server: Server): void {
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await issuer.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
}

start().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
