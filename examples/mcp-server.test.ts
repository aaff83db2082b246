import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import supertest from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createMcpApi } from './mcp-server.js'

const server = createServer()
let issuer: TestIssuer
let resource: string

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  issuer = await startTestIssuer({
    signingKey: readyKey(),
    tenant: {
      apis: [{ identifier: resource, scopes: ['read:messages', 'write:messages'] }],
      clients: [client('agent', 'read:messages'), client('writer', 'write:messages')],
      defaultAudience: resource, // MCP clients name a resource, not an audience
    },
  })
  server.on('request', createMcpApi({ resource, issuer: issuer.url, audience: resource }) as RequestListener)
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await issuer.close()
})

function client(clientId: string, scope: string) {
  const grants = ['client_credentials'] as const
  return { clientId, clientSecret: `${clientId}-secret`, grants, apis: { [resource]: [scope] } }
}

/** Connects the SDK's own client. It knows the URL of the server and its credentials at the issuer, nothing else. */
async function connect(clientId: string) {
  const exchanges: string[] = []
  const listeningFetch = async (input: string | URL, init?: RequestInit) => {
    const response = await fetch(input, init)
    exchanges.push(`${init?.method ?? 'GET'} ${input} ${response.status}`)
    return response
  }
  const authProvider = new ClientCredentialsProvider({
    clientId,
    clientSecret: `${clientId}-secret`,
    expectedIssuer: issuer.url,
  })
  const transport = new StreamableHTTPClientTransport(new URL(resource), {
    authProvider,
    fetch: listeningFetch,
  })
  const mcp = new Client({ name: 'agent', version: '1.0.0' })
  const connected = mcp.connect(transport as Parameters<Client['connect']>[0])
  return { mcp, connected, exchanges }
}

test('a client discovers the issuer from the 401, gets a token and completes a call', async () => {
  const { mcp, connected, exchanges } = await connect('agent')
  await connected
  const { origin } = new URL(resource)
  expect(exchanges.slice(0, 4)).toEqual([
    `POST ${resource} 401`,
    `GET ${origin}/.well-known/oauth-protected-resource/mcp 200`,
    `GET ${issuer.url}.well-known/oauth-authorization-server 200`,
    `POST ${issuer.url}oauth/token 200`,
  ])
  expect(exchanges[4]).toBe(`POST ${resource} 200`)
  const { content } = await mcp.callTool({ name: 'whoami' })
  expect(content).toEqual([{ type: 'text', text: 'agent@clients may read:messages' }])
  await mcp.close()
})

test('a client without the scope is refused', async () => {
  const { connected, exchanges } = await connect('writer')
  await expect(connected).rejects.toThrow()
  expect(exchanges).toContain(`POST ${resource} 403`)
})

test('the challenge names the metadata, and the metadata the issuer', async () => {
  const refused = await fetch(resource, { method: 'POST' })
  const metadata = `${new URL(resource).origin}/.well-known/oauth-protected-resource/mcp`
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toBe(`Bearer realm="api", resource_metadata="${metadata}"`)
  expect(await (await fetch(metadata)).json()).toEqual({
    resource,
    authorization_servers: [issuer.url],
    scopes_supported: ['read:messages'],
    bearer_methods_supported: ['header'],
  })
})

test('there are no sessions to open or close', async () => {
  for (const method of ['GET', 'DELETE']) expect((await fetch(resource, { method })).status).toBe(405)
})

/** The status of a call with a good token; fetch could not set these headers. */
async function statusOfCall(headers: Record<string, string>): Promise<number> {
  const token = await issuer.token({ audience: resource, scope: 'read:messages' })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami' } })
  const { status } = await supertest(new URL(resource).origin)
    .post('/mcp')
    .auth(token, { type: 'bearer' })
    .set({ 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers })
    .send(body)
  return status
}

test('a call without Origin, or of a page on its own origin, is answered', async () => {
  expect(await statusOfCall({})).toBe(200)
  expect(await statusOfCall({ Origin: new URL(resource).origin })).toBe(200)
})

test.each(['https://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1.evil.example'])(
  'a call of a page on the origin %s is refused, whatever its token',
  async (origin) => {
    expect(await statusOfCall({ Origin: origin })).toBe(403)
  },
)

test.each(['evil.example', 'localhost', '127.0.0.1.evil.example'])(
  'a call to the host %s is refused, whatever its token',
  async (host) => {
    expect(await statusOfCall({ Host: host })).toBe(403)
  },
)

test('origins of further pages can be allowed', async () => {
  const allowedOrigins = ['https://inspector.example']
  const api = createMcpApi({ resource, issuer: issuer.url, audience: resource, allowedOrigins })
  const post = (origin: string) =>
    supertest(api).post('/mcp').set('Host', new URL(resource).host).set('Origin', origin)
  expect((await post('https://inspector.example')).status).toBe(401) // allowed, but without a token
  expect((await post(new URL(resource).origin)).status).toBe(403)
})
