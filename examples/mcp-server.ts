import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { hostHeaderValidation } from '@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import {
  authErrorHandler,
  getAuth,
  protectedResourceMetadata,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
} from 'express-require-auth'

export interface McpApiOptions extends RequireAuthOptions {
  /** The URL of the MCP endpoint that clients know. It is the audience of their tokens too. */
  resource: string
  /** Origins of the web pages that may call the server. Default: the origin of `resource` alone. */
  allowedOrigins?: readonly string[]
}

/**
 * Makes an MCP server over streamable HTTP. A client needs only its URL: the 401 names the metadata, and the metadata
 * names the issuer.
 */
export function createMcpApi({ resource, allowedOrigins, ...options }: McpApiOptions): Express {
  const { hostname, origin } = new URL(resource)
  const auth = requireAuth({ ...options, resourceMetadata: { resource } })
  const app = express()
  app.use(protectedResourceMetadata({ resource, auth, scopesSupported: ['read:messages'] }))
  app.use('/mcp', hostHeaderValidation([hostname]), validateOrigin(allowedOrigins ?? [origin]))
  app.post('/mcp', auth, requireScopes('read:messages'), express.json(), answer)
  app.all('/mcp', (_req, res) => void res.set('Allow', 'POST').sendStatus(405)) // no sessions, no streams
  app.use(authErrorHandler())
  return app
}

/**
 * Refuses a request of a web page on another origin. A request without `Origin` is not from a web page and passes.
 *
 * MCP demands this check against DNS rebinding (Streamable HTTP, "Security Warning").
 */
function validateOrigin(allowed: readonly string[]): RequestHandler {
  return function originMiddleware(req, res, next) {
    const { origin } = req.headers
    if (origin === undefined || allowed.includes(origin)) return next()
    const error = { code: -32000, message: 'The origin is not allowed' }
    res.status(403).json({ jsonrpc: '2.0', error, id: null })
  }
}

/** Creates a server for each request, so that no answer can reach another caller. */
async function answer(req: Request, res: Response): Promise<void> {
  const { token, clientId = '', scopes, expiresAt, subject } = getAuth(req)
  // in the form that the SDK passes to tools
  const auth = { token, clientId, scopes: [...scopes], expiresAt, extra: { subject } }
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
