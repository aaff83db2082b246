import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'

const metadata = '/.well-known/openid-configuration'
let issuer: TestIssuer

beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
})

afterAll(() => issuer.close())

/** Sends the bytes of one request, and reads what comes until the connection ends. */
async function send(...lines: string[]): Promise<string> {
  const socket = connect(Number(new URL(issuer.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'))
  return text(socket)
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
}

test.each([
  '127.0.0.1',
  '127.0.0.1:4000',
  '127.255.255.254',
  '[::1]',
  '[::1]:4000',
  'localhost',
  'LocalHost:4000',
  'login.northwind.localhost:4000',
])('a request to %s is answered', async (host) => {
  expect(statusOf(await send(`GET ${metadata} HTTP/1.1`, `Host: ${host}`))).toBe(200)
})

test.each([
  'evil.example',
  'evil.example:4000',
  'localhost.evil.example',
  'evillocalhost',
  '127.0.0.1.evil.example',
  '127.evil.example',
  '127.0.0.256',
  '128.0.0.1',
  '0.0.0.0',
  '[::2]',
  '[::ffff:192.0.2.1]',
  'localhost, evil.example',
  'localhost@evil.example',
  'localhost:4000:4000',
])('a request to %s is refused: a page with a rebound name could log in as anyone', async (host) => {
  const answer = await send(`GET ${metadata} HTTP/1.1`, `Host: ${host}`)
  expect(statusOf(answer)).toBe(421)
  expect(answer).toContain('This test issuer answers requests to loopback names only')
})

test('an empty Host is refused', async () => {
  expect(statusOf(await send(`GET ${metadata} HTTP/1.1`, 'Host:'))).toBe(421)
})

test('HTTP/1.0 without Host is refused', async () => {
  expect(statusOf(await send(`GET ${metadata} HTTP/1.0`))).toBe(421)
})

test('HTTP/1.1 without Host is a bad request (RFC 9112 §3.2)', async () => {
  expect(statusOf(await send(`GET ${metadata} HTTP/1.1`))).toBe(400)
})

test.each([
  ['localhost', 'evil.example'],
  ['evil.example', 'localhost'],
  ['localhost', 'localhost'],
])('two Host fields, %s and %s, are a bad request (RFC 9112 §3.2)', async (first, second) => {
  expect(statusOf(await send(`GET ${metadata} HTTP/1.1`, `Host: ${first}`, `Host: ${second}`))).toBe(400)
})

test.each([
  ['http://evil.example', 421],
  ['http://localhost', 200],
])('a full URL as target, %s, overrides Host (RFC 9112 §3.2.2)', async (origin, status) => {
  expect(statusOf(await send(`GET ${origin}${metadata} HTTP/1.1`, 'Host: localhost'))).toBe(status)
})

test('a log-in under a foreign name gets no page and no session', async () => {
  const answer = await send('POST /u/login HTTP/1.1', 'Host: evil.example', 'Content-Length: 0')
  expect(statusOf(answer)).toBe(421)
  expect(answer).not.toMatch(/set-cookie/i)
})

test('a refused request is not counted, and is refused during an outage too', async () => {
  const { token } = issuer.requests
  issuer.outage('garbage')
  const answer = await send('POST /oauth/token HTTP/1.1', 'Host: evil.example', 'Content-Length: 0')
  issuer.restore()
  expect(statusOf(answer)).toBe(421)
  expect(issuer.requests.token).toBe(token)
})
