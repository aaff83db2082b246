import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Auth, isAuthError, type RequireAuth } from 'express-require-auth'
import { type WebSocket, WebSocketServer } from 'ws'

/**
 * Admits WebSocket connections that bring an access token, and closes each when its token expires.
 *
 * Programs send the Authorization header; browsers, which cannot, send subprotocols:
 * `new WebSocket(url, ['bearer', token])`.
 */
export function protectWebSockets(server: Server, auth: RequireAuth) {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has('bearer') && 'bearer', // never the token: the answer would repeat it
  })

  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    auth.verify(tokenOf(req)).then(
      (verified) => sockets.handleUpgrade(req, socket, head, (ws) => welcome(ws, verified)),
      (error: unknown) => refuse(socket, error),
    )
  })
}

function tokenOf({ headers }: IncomingMessage): string {
  const [scheme = '', token = ''] = (headers.authorization ?? '').split(/ +/)
  if (scheme.toLowerCase() === 'bearer') return token
  const [protocol, offered = ''] = (headers['sec-websocket-protocol'] ?? '').split(/, */)
  return protocol === 'bearer' ? offered : ''
}

function welcome(ws: WebSocket, { subject, expiresAt }: Auth): void {
  const seconds = Math.min(expiresAt - Date.now() / 1000, 86_400) // a longer timer would overflow after 24 days
  const timer = setTimeout(() => ws.close(4401, 'The access token expired'), seconds * 1000)
  ws.on('close', () => clearTimeout(timer))
  ws.on('error', () => ws.terminate())
  ws.on('message', (text) => ws.send(`${subject}: ${text}`))
  ws.send(`Welcome, ${subject}`)
}

function refuse(socket: Duplex, error: unknown): void {
  const { status, message, headers } = isAuthError(error)
    ? error
    : { status: 500, message: 'Internal Server Error', headers: {} }
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  socket.end(`HTTP/1.1 ${status} ${message}\r\n${lines.join('\r\n')}\r\n\r\n`)
}
