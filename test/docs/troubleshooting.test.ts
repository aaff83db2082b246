import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { authErrorHandler, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCertificate, isWithoutOpenssl } from '../proof/certificates.js'
import { pageNamed } from './pages.js'

const guide = pageNamed('docs/troubleshooting.md')
const audience = 'my-api'
const servers: Server[] = []
let issuer: TestIssuer

beforeAll(async () => {
  issuer = await startTestIssuer()
})

afterAll(async () => {
  await issuer.close()
  for (const server of servers) server.close().closeAllConnections()
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** An issuer that answers everything in one way. `self` is what it is called. */
async function answering(
  answer: (self: string) => { status?: number; headers?: object; body?: unknown },
): Promise<string> {
  const listener: RequestListener = ({ headers: { host } }, res) => {
    const { status = 200, headers = {}, body = {} } = answer(`http://${host}/`)
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
  return `http://127.0.0.1:${await listen(createServer(listener))}/`
}

async function freeUrl(): Promise<string> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/`
}

type Issuer = RequireAuthOptions['issuer']

const REASONS: readonly (readonly [string, () => Promise<{ issuer: Issuer; algorithms?: ['ES256'] }>])[] = [
  ['(ENOTFOUND)', async () => ({ issuer: 'https://nowhere.invalid/' })],
  ['(ECONNREFUSED)', async () => ({ issuer: await freeUrl() })],
  [
    'names another issuer',
    async () => ({ issuer: await answering(() => ({ body: { issuer: 'https://other.example' } })) }),
  ],
  [
    'answered with a redirect',
    async () => ({ issuer: await answering(() => ({ status: 302, headers: { location: '/' } })) }),
  ],
  [
    'has no safe jwks_uri',
    async () => ({
      issuer: await answering((self) => ({ body: { issuer: self, jwks_uri: 'http://keycloak:8080/keys' } })),
    }),
  ],
  ['holds no usable key', async () => ({ issuer: issuer.url, algorithms: ['ES256'] })],
]

describe('a reason of auth.ready() that the guide explains', () => {
  test.each(REASONS)('%s', async (reason, setUp) => {
    expect(guide).toContain(`\`${reason}`)
    await expect(requireAuth({ audience, ...(await setUp()) }).ready()).rejects.toThrow(reason)
  })

  test.skipIf(isWithoutOpenssl)('a certificate of a private authority', async () => {
    const { key, cert } = createCertificate('localhost')
    const port = await listen(createTlsServer({ key, cert }) as unknown as Server)
    const reason = '(DEPTH_ZERO_SELF_SIGNED_CERT)'
    expect(guide).toContain(`\`${reason}`)
    await expect(requireAuth({ audience, issuer: `https://localhost:${port}/` }).ready()).rejects.toThrow(
      reason,
    )
  })
})

test.each([
  ['twice the scheme', (token: string) => `Bearer Bearer ${token}`, 400, 'credentials_malformed'],
  ['quotes', (token: string) => `Bearer "${token}"`, 400, 'credentials_malformed'],
  ['a bare token', (token: string) => token, 401, 'token_missing'],
  ['Basic', () => 'Basic YWRhOnNlY3JldA==', 401, 'token_missing'],
  ['an opaque token', () => 'Bearer 2YotnFZFEjr1zCsicMWpAA', 401, 'token_malformed'],
  [
    'an encrypted token',
    () => 'Bearer eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c',
    401,
    'token_malformed',
  ],
])('a header with %s gets the code that the guide names', async (_name, header, status, code) => {
  const app = express()
  app.use(requireAuth({ issuer: issuer.url, audience }), authErrorHandler())
  const authorization = header(await issuer.token({ audience }))
  const { body } = await supertest(app).get('/').set('Authorization', authorization).expect(status)
  expect(body.code).toBe(code)
  expect(guide).toContain(`\`${code}\``)
})

test('a key of PEM text needs the kid that its tokens name', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const own = await startTestIssuer({ signingKey: privateKey })
  const token = await own.token({ audience })
  await own.close()
  const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  const jwk = { ...createPublicKey(pem).export({ format: 'jwk' }), kty: 'RSA' }
  const verify = (key: typeof jwk & { kid?: string }) =>
    requireAuth({ issuer: { issuer: own.url, jwks: { keys: [key] } }, audience }).verify(token)
  await expect(verify(jwk)).rejects.toMatchObject({ code: 'key_unknown' })
  await expect(verify({ ...jwk, kid })).resolves.toMatchObject({ issuer: own.url })
})
