import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { requireAuth } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { readyKey } from '../test/keys/ready-keys.js'
import { protectWebSockets } from './websocket.js'

const issuer = await startTestIssuer({ signingKey: readyKey() })
const server = createServer()
let url: string

beforeAll(async () => {
  protectWebSockets(server, requireAuth({ issuer: issuer.url, audience: 'chat' }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await issuer.close()
})

const chatToken = (options = {}) => issuer.token({ audience: 'chat', claims: { sub: 'ada' }, ...options })

async function nextMessage(ws: WebSocket): Promise<string> {
  const [data] = await once(ws, 'message')
  return String(data)
}

async function refusal(ws: WebSocket) {
  const [, response] = await once(ws, 'unexpected-response')
  return { status: response.statusCode, challenge: response.headers['www-authenticate'] }
}

test('a token in the Authorization header opens the connection', async () => {
  const ws = new WebSocket(url, { headers: { authorization: `Bearer ${await chatToken()}` } })
  expect(await nextMessage(ws)).toBe('Welcome, ada')
  ws.send('hello')
  expect(await nextMessage(ws)).toBe('ada: hello')
  ws.terminate()
})

test('a browser sends the token as a subprotocol, which does not come back', async () => {
  const ws = new WebSocket(url, ['bearer', await chatToken()])
  expect(await nextMessage(ws)).toBe('Welcome, ada')
  expect(ws.protocol).toBe('bearer')
  ws.terminate()
})

test('a connection without a token gets the bare challenge', async () => {
  expect(await refusal(new WebSocket(url))).toEqual({ status: 401, challenge: 'Bearer realm="api"' })
})

test('a token for another API is refused', async () => {
  const headers = { authorization: `Bearer ${await issuer.token({ audience: 'other' })}` }
  expect(await refusal(new WebSocket(url, { headers }))).toEqual({
    status: 401,
    challenge:
      'Bearer realm="api", error="invalid_token", error_description="The access token is for another audience"',
  })
})

test('a connection ends with its token', async () => {
  const ws = new WebSocket(url, ['bearer', await chatToken({ expiresInSeconds: 1 })])
  const [code, reason] = await once(ws, 'close')
  expect([code, String(reason)]).toEqual([4401, 'The access token expired'])
})
