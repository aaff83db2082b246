import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express, type Request, type Response } from 'express'
import {
  authErrorHandler,
  getAuth,
  protectedResourceMetadata,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
} from 'express-require-auth'

export interface McpApiOptions extends RequireAuthOptions {
  /** The URL of the MCP endpoint, as clients are given it. Their tokens are for this `audience` too. */
  resource: string
}

/**
 * An MCP server over streamable HTTP. Clients need to know nothing but its URL: the 401 names the metadata, the
 * metadata names the issuer.
 */
export function createMcpApi({ resource, ...options }: McpApiOptions): Express {
  const auth = requireAuth(options)
  const app = express()
  app.use(protectedResourceMetadata({ resource, auth, scopesSupported: ['read:messages'] }))
  app.post('/mcp', auth, requireScopes('read:messages'), express.json(), answer)
  app.all('/mcp', (_req, res) => void res.set('Allow', 'POST').sendStatus(405)) // no sessions, no streams
  app.use(authErrorHandler())
  return app
}

/** A server of its own for every request: no answer can reach another caller. */
async function answer(req: Request, res: Response): Promise<void> {
  const { token, clientId = '', scopes, expiresAt, subject } = getAuth(req)
  const auth = { token, clientId, scopes: [...scopes], expiresAt, extra: { subject } } // as tools know it
  const server = createServer()
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  res.on('close', () => void server.close())
  await server.connect(transport as Parameters<McpServer['connect']>[0])
  await transport.handleRequest(Object.assign(req, { auth }), res, req.body)
}

function createServer(): McpServer {
  const server = new McpServer({ name: 'messages', version: '1.0.0' })
  const description = 'Who is calling, and what they may do'
  server.registerTool('whoami', { description }, ({ authInfo }) => ({
    content: [{ type: 'text', text: `${authInfo?.extra?.subject} may ${authInfo?.scopes.join(', ')}` }],
  }))
  return server
}
