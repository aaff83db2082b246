import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { requireAuth } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import { Server } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { protectSocketIo } from './socket-io.js'

const issuer = await startTestIssuer({ signingKey: readyKey() })
const server = createServer()
const io = new Server(server)
let client: Socket

beforeAll(async () => {
  protectSocketIo(io, requireAuth({ issuer: issuer.url, audience: 'chat' }))
  io.on('connection', (socket) => socket.emit('welcome', socket.data.auth.subject))
  await once(server.listen(0, '127.0.0.1'), 'listening')
})

afterEach(() => void client.disconnect())

afterAll(async () => {
  await io.close()
  await issuer.close()
})

function open(handshake: Record<string, unknown>): Socket {
  const { port } = server.address() as AddressInfo
  client = connect(`http://127.0.0.1:${port}`, { auth: handshake, reconnection: false, forceNew: true })
  return client
}

function next(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(event, resolve))
}

const chatToken = (options = {}) => issuer.token({ audience: 'chat', claims: { sub: 'ada' }, ...options })

test('a token in the handshake opens the connection', async () => {
  expect(await next(open({ token: await chatToken() }), 'welcome')).toBe('ada')
})

test.each([
  ['without a token', {}],
  ['with a token that is no text', { token: { a: 1 } }],
])('a handshake %s is refused', async (_, handshake) => {
  expect(await next(open(handshake), 'connect_error')).toMatchObject({
    message: 'No access token was sent',
    data: { code: 'token_missing', status: 401 },
  })
})

test('an expired token is refused', async () => {
  const token = await chatToken({ expiresInSeconds: -60 })
  expect(await next(open({ token }), 'connect_error')).toMatchObject({
    message: 'The access token expired',
    data: { code: 'token_expired', status: 401 },
  })
})

test('a connection ends with its token', async () => {
  expect(await next(open({ token: await chatToken({ expiresInSeconds: 1 }) }), 'disconnect')).toBe(
    'io server disconnect',
  )
})
