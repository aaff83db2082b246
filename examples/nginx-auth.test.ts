import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createAuthEndpoint } from './nginx-auth.js'

const binary = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0)
if (!binary && !process.env.CI) console.warn('skipped: there is no nginx here (apt-get install nginx-light)')

const servers: Server[] = []
let folder: string
let nginx: ChildProcess
let issuer: TestIssuer
let url: string

async function listen(handler: RequestListener): Promise<number> {
  const server = createServer(handler)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const port = await listen(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  return port
}

async function waitFor(port: number): Promise<void> {
  for (let attempts = 0; attempts < 200; attempts += 1) {
    const socket = connect(port, '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('nginx does not listen')
}

/** What the API is told about the caller: every header whose name begins with X-Auth. */
function identityIn(headers: IncomingHttpHeaders) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-auth')))
}

const endpoint = (): RequestListener =>
  createAuthEndpoint({ issuer: issuer.url, audience: 'files' }) as RequestListener
let answerAuth: RequestListener

beforeAll(async () => {
  if (!binary) return
  issuer = await startTestIssuer({ signingKey: readyKey() })
  answerAuth = endpoint()
  const api = await listen((req, res) => {
    if (req.url === '/broken') res.statusCode = 500
    res.end(JSON.stringify(identityIn(req.headers)))
  })
  const auth = await listen((req, res) => answerAuth(req, res))
  const port = await freePort()
  folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const conf = readFileSync(join(import.meta.dirname, 'nginx.conf'), 'utf8')
    .replace(':8080', `:${port}`)
    .replace(':8081', `:${api}`)
    .replace(':8082', `:${auth}`)
  writeFileSync(join(folder, 'nginx.conf'), conf)
  nginx = spawn(binary, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'])
  await waitFor(port)
  url = `http://127.0.0.1:${port}`
})

afterAll(async () => {
  if (!binary) return
  nginx.kill()
  await once(nginx, 'exit')
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
  await issuer.close()
})

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, { headers })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    retryAfter: response.headers.get('retry-after'),
    text: await response.text(),
  }
}

async function bearer(options = {}) {
  const claims = { sub: 'auth0|ada' }
  const token = await issuer.token({ audience: 'files', scope: 'read write', claims, ...options })
  return { authorization: `Bearer ${token}` }
}

test('CI has nginx', () => {
  expect(binary !== undefined || !process.env.CI).toBe(true)
})

describe.skipIf(!binary)('nginx', () => {
  const verified = {
    'x-auth-subject': 'auth0%7Cada',
    'x-auth-client': 'messages-worker',
    'x-auth-scopes': 'read%20write',
  }

  test('proxies a request with a good token, and tells the API who is calling', async () => {
    const { status, text } = await get('/', await bearer())
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual(verified)
  })

  test.each(['X-Auth-Subject', 'X-Auth-Client', 'X-Auth-Scopes', 'x-auth-client'])(
    'overwrites a %s that the client made up',
    async (name) => {
      const { text } = await get('/', { ...(await bearer()), [name]: 'admin' })
      expect(JSON.parse(text)).toEqual(verified)
    },
  )

  test('removes a made-up identity header when the token has nothing to put in its place', async () => {
    const anonymous = await bearer({ claims: { sub: undefined, azp: undefined }, scope: '' })
    const spoofed = { 'x-auth-subject': 'admin', 'x-auth-client': 'admin', 'x-auth-scopes': 'admin' }
    const { status, text } = await get('/', { ...anonymous, ...spoofed })
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({})
  })

  test('passes on the refusal with its challenge', async () => {
    expect(await get('/')).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' })
    expect(await get('/', await bearer({ expiresInSeconds: -60 }))).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="api", error="invalid_token", error_description="The access token expired"',
    })
    expect(await get('/', { authorization: 'Bearer a b' })).toMatchObject({
      status: 401,
      challenge:
        'Bearer realm="api", error="invalid_request", error_description="The credentials are malformed"',
    })
  })

  test('answers 503 when the issuer is down', async () => {
    issuer.outage('refuse')
    answerAuth = endpoint()
    const answer = await get('/', await bearer())
    issuer.restore()
    answerAuth = endpoint()
    expect(answer).toMatchObject({ status: 503, challenge: null, retryAfter: '1' })
  })

  test('leaves the errors of the API alone', async () => {
    expect((await get('/broken', await bearer())).status).toBe(500)
  })

  test('does not serve the endpoint itself', async () => {
    expect((await get('/_auth', await bearer())).status).toBe(404)
  })
})
