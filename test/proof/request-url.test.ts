import { once } from 'node:events'
import {
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import express from 'express'
import {
  type AuthEvent,
  authErrorHandler,
  type RequireAuth,
  type RequireAuthOptions,
  requireAuth,
} from 'express-require-auth'
import { describe, expect, onTestFinished, test } from 'vitest'
import { messages } from '../api.js'
import { craft, craftedIssuer, craftKey, trusting } from '../craft.js'
import { frameworks } from '../frameworks.js'
import { rawText } from '../hostile/raw-request.js'
import { sharedIssuer } from '../shared-issuer.js'

const host = 'api.northwind.com'

interface Request {
  target?: string
  version?: '1.0' | '1.1'
  /** Whole lines, which stand for the Host header. */
  headers?: readonly string[]
}

function serve(
  options: RequireAuthOptions,
  framework: typeof express = express,
  trustProxy: unknown = false,
) {
  const app = framework()
  app.set('trust proxy', trustProxy)
  app.use(requireAuth(options), (_req, res) => void res.end())
  return app.use(authErrorHandler())
}

function ask(app: express.Express, request: Request, credentials: readonly string[]) {
  const { target = '/admin', version = '1.1', headers = [`Host: ${host}`] } = request
  const start = `GET ${target} HTTP/${version}`
  return rawText(app, [start, ...headers, ...credentials, 'Connection: close', '', ''])
}

/** The code of a refusal; the status where there is none. */
const codeOf = ({ body, status }: { body: string; status: number }): string | number =>
  body.startsWith('{') ? JSON.parse(body).code : status

async function client() {
  const issuer = await sharedIssuer()
  const key = await issuer.dpop()
  const token = await key.token()
  const options: RequireAuthOptions = { issuer: issuer.url, audience: messages, dpop: {} }
  const credentials = async (htu: string) => [
    `Authorization: DPoP ${token}`,
    `DPoP: ${await key.proof('GET', htu, token, { claims: { htu } })}`,
  ]
  return { options, token, key, credentials }
}

describe.each(frameworks)('%s: the URL that a proof is compared with (RFC 9449 §4.3-9)', (_, framework) => {
  async function answerTo(request: Request, htu: string, trustProxy: unknown = false) {
    const { options, credentials } = await client()
    return codeOf(await ask(serve(options, framework, trustProxy), request, await credentials(htu)))
  }

  test.each<[string, Request, string]>([
    ['a path', {}, `http://${host}/admin`],
    ['a host of other case', { headers: ['Host: API.Northwind.com'] }, `http://${host}/admin`],
    ['a port', { headers: [`Host: ${host}:8080`] }, `http://${host}:8080/admin`],
    ['an IPv6 address', { headers: ['Host: [::1]:8080'] }, 'http://[::1]:8080/admin'],
    ['a query', { target: '/admin?a=/../b' }, `http://${host}/admin`],
    ['a whole URI', { target: `http://${host}/admin` }, `http://${host}/admin`],
    ['a whole URI without a path', { target: `http://${host}` }, `http://${host}/`],
    ['a whole URI of only a query', { target: `http://${host}?a` }, `http://${host}/`],
    ['HTTP/1.0', { version: '1.0' }, `http://${host}/admin`],
    ['two slashes', { target: '//evil.example/admin' }, `http://${host}//evil.example/admin`],
    ['three dots', { target: '/.../admin' }, `http://${host}/.../admin`],
  ])('has %s', async (_, request, htu) => {
    expect(await answerTo(request, htu)).toBe(200)
  })

  test.each<[string, Request, string]>([
    ['a path and a query in Host', { headers: [`Host: ${host}/public?`] }, `http://${host}/public`],
    ['a path and a fragment in Host', { headers: [`Host: ${host}/public#`] }, `http://${host}/public`],
    ['a query in Host', { headers: [`Host: ${host}?`] }, `http://${host}/`],
    ['a fragment in Host', { headers: [`Host: ${host}#`] }, `http://${host}/`],
    ['a path in Host', { headers: [`Host: ${host}/public`] }, `http://${host}/public/admin`],
    ['a backslash in Host', { headers: [`Host: ${host}\\public?`] }, `http://${host}/public`],
    ['a scheme in Host', { headers: [`Host: http://${host}/public?`] }, `http://${host}/public`],
    ['a user in Host', { headers: [`Host: ${host}@evil.example`] }, 'http://evil.example/admin'],
    ['two names in Host', { headers: [`Host: ${host}, evil.example`] }, `http://${host}/admin`],
    ['a port that is none', { headers: [`Host: ${host}:99999999`] }, `http://${host}/admin`],
    ['an empty Host', { headers: ['Host:'] }, 'http:///admin'],
    [
      'an empty Host and a path like a host',
      { headers: ['Host:'], target: `/${host}/x` },
      `http://${host}/x`,
    ],
    ['no Host', { headers: [], version: '1.0' }, 'http://undefined/admin'],
    ['no Host, for no host', { headers: [], version: '1.0' }, 'http:///admin'],
    [
      'two Hosts, for the first',
      { headers: [`Host: ${host}`, 'Host: evil.example'] },
      `http://${host}/admin`,
    ],
    ['two Hosts, for the last', { headers: ['Host: evil.example', `Host: ${host}`] }, `http://${host}/admin`],
    ['dot segments', { target: '/admin/../public' }, `http://${host}/public`],
    ['dot segments, signed as they are', { target: '/admin/../public' }, `http://${host}/admin/../public`],
    ['dot segments at the end', { target: '/public/..' }, `http://${host}/`],
    ['encoded dot segments', { target: '/admin/%2e%2E/public' }, `http://${host}/public`],
    ['half-encoded dot segments', { target: '/admin/.%2e/public' }, `http://${host}/public`],
    ['single dots', { target: '/./public' }, `http://${host}/public`],
    ['dot segments in a whole URI', { target: `http://${host}/admin/../public` }, `http://${host}/public`],
    ['a whole URI of another host', { target: 'http://evil.example/admin' }, 'http://evil.example/admin'],
    ['a whole URI of another scheme', { target: 'https://evil.example/admin' }, 'https://evil.example/admin'],
    ['two slashes', { target: '//evil.example/admin' }, 'http://evil.example/admin'],
    ['another scheme', {}, `https://${host}/admin`],
    ['another port', {}, `http://${host}:8080/admin`],
    ['another path', {}, `http://${host}/public`],
    ['another query of a proof', { target: '/admin?' }, `http://${host}/?/admin`],
    ['a part of an encoded path', { target: '/public%2f..%2fadmin' }, `http://${host}/admin`],
    ['dot segments, for a host with a word more', { target: '/a/../b' }, `http://${host}undefined`],
    [
      'a target of another scheme that holds a URL',
      { target: `ftp://evil.example/http://${host}/admin` },
      `http://${host}/admin`,
    ],
  ])('is no other one for %s', async (_, request, htu) => {
    expect(await answerTo(request, htu)).toBe('proof_target_mismatch')
  })

  test.each([
    ['a backslash', '/admin\\..\\public', `http://${host}/public`],
    ['a host that a backslash ends', `http://${host}\\admin`, `http://${host}/`],
    ['a target that is no path', '*', `http://${host}*`],
    ['a target of another scheme', `ftp://${host}/admin`, `ftp://${host}/admin`],
  ])('is none for %s, if the request comes in at all', async (_, target, htu) => {
    expect(['proof_target_mismatch', 400]).toContain(await answerTo({ target }, htu))
  })

  test.each([
    ['X-Forwarded-Host: public.example', 'http://public.example/admin'],
    ['X-Forwarded-Host: public.example , proxy.internal', 'http://public.example/admin'],
    ['X-Forwarded-Host:', `http://${host}/admin`],
    ['X-Forwarded-Proto: https', `https://${host}/admin`],
  ])('is the one of a trusted proxy that says %s', async (header, htu) => {
    expect(await answerTo({ headers: [`Host: ${host}`, header] }, htu, 'loopback')).toBe(200)
  })

  test.each([
    [`X-Forwarded-Host: ${host}/public?`, `http://${host}/public`],
    [`X-Forwarded-Host: ${host}#`, `http://${host}/`],
    [`X-Forwarded-Host: http://${host}/public?`, `http://${host}/public`],
    [`X-Forwarded-Host: evil.example, ${host}`, `http://${host}/admin`],
    ['X-Forwarded-Host: ,', `http://${host}/admin`],
    ['X-Forwarded-Host: evil.example', `http://${host}/admin`],
    ['X-Forwarded-Proto: javascript', `http://${host}/admin`],
    ['X-Forwarded-Proto: http://evil.example/?', `http://evil.example/?://${host}/admin`],
    ['X-Forwarded-Proto: wss', `wss://${host}/admin`],
    ['X-Forwarded-Proto: https', `http://${host}/admin`],
  ])('is no other one where a trusted proxy says %s', async (header, htu) => {
    const headers = [`Host: ${host}`, header]
    expect(await answerTo({ headers }, htu, 'loopback')).toBe('proof_target_mismatch')
  })

  test.each([
    'X-Forwarded-Host: evil.example',
    `X-Forwarded-Host: ${host}/public?`,
    'X-Forwarded-Proto: https',
    'X-Forwarded-Proto: javascript',
    'Forwarded: host=evil.example;proto=https',
    'X-Forwarded-Prefix: /public',
    'X-Original-URL: /public',
  ])('does not depend on what anybody else says: %s', async (header) => {
    const headers = [`Host: ${host}`, header]
    for (const trustProxy of [false, '10.0.0.1'])
      expect(await answerTo({ headers }, `http://${host}/admin`, trustProxy)).toBe(200)
  })
})

test.each<[string, Partial<RequireAuthOptions>, string]>([
  ['Host', {}, `http://${host}/admin`],
  ['publicUrl', { publicUrl: 'https://api.example.com' }, 'https://api.example.com/admin'],
])('with %s the details of a refusal name the URL, and say where there is none', async (_, more, url) => {
  const { options, credentials } = await client()
  const details: unknown[] = []
  const onEvent = (event: AuthEvent) => event.type === 'refused' && details.push(event.details?.expected)
  const app = serve({ ...options, ...more, onEvent })
  for (const target of ['/admin', '/admin/../public'])
    await ask(app, { target }, await credentials('https://evil.example/'))
  expect(details).toEqual([`GET ${url}`, 'GET a request target that is a URL'])
})

test.each(['https://api.example.com/shop', 'https://api.example.com/shop/'])(
  'a whole URI without a path is the prefix of publicUrl alone: %s',
  async (htu) => {
    const { options, credentials } = await client()
    const app = serve({ ...options, publicUrl: 'https://api.example.com/shop' })
    const request = { target: `http://${host}` }
    expect(codeOf(await ask(app, request, await credentials(htu)))).toBe(200)
  },
)

describe('a request that no server of Node made, without a socket', () => {
  async function answerTo(request: object, htu: string) {
    const { options, token, key } = await client()
    const dpop = await key.proof('GET', htu, token, { claims: { htu } })
    const auth = requireAuth(options)
    const req = { method: 'GET', url: '/admin', headers: { host }, ...request }
    Object.assign(req.headers, { authorization: `DPoP ${token}`, dpop })
    const res = { setHeader: () => {}, headersSent: false }
    return new Promise((resolve) => {
      auth(req as never, res as never, (error?: unknown) =>
        resolve(error ? (error as { code?: string }).code : 'admitted'),
      )
    })
  }
  const forwarded = {
    app: express().set('trust proxy', true),
    headers: { host: 'internal', 'x-forwarded-host': host },
  }

  test.each<[string, object, string]>([
    ['a host and a path', {}, `http://${host}/admin`],
    ['a protocol', { protocol: 'https' }, `https://${host}/admin`],
    ['a connection over TLS', { socket: { encrypted: true } }, `https://${host}/admin`],
    ['the host of a trusted proxy', forwarded, `http://${host}/admin`],
  ])('may have %s', async (_, request, htu) => {
    expect(await answerTo(request, htu)).toBe('admitted')
  })

  test.each<[string, object, string]>([
    ['a list for its host', { headers: { host: [host] } }, `http://${host}/admin`],
    ['a host that a backslash ends', { url: `http://${host}\\admin` }, `http://${host}/`],
    ['a URL within its target', { url: `ftp://a.example/http://${host}/admin` }, `http://${host}/admin`],
  ])('is for no URL with %s', async (_, request, htu) => {
    expect(await answerTo(request, htu)).toBe('proof_target_mismatch')
  })
})

describe('the host that an issuer is bound to', () => {
  const { privateKey, jwk } = craftKey('ec')
  const own = new URL(craftedIssuer).hostname
  const bound: RequireAuthOptions = {
    issuer: trusting({ ...jwk, alg: 'ES256' }),
    audience: messages,
    algorithms: ['ES256'],
    bindIssuerToHost: true,
  }
  const answerTo = async (request: Request, trustProxy: unknown = false) => {
    const token = craft({ key: privateKey, alg: 'ES256' })
    return codeOf(await ask(serve(bound, express, trustProxy), request, [`Authorization: Bearer ${token}`]))
  }

  test.each<[string, Request]>([
    ['its own', { headers: [`Host: ${own}`] }],
    ['its own in other case', { headers: [`Host: ${own.toUpperCase()}`] }],
    ['its own at a port', { headers: [`Host: ${own}:8443`] }],
    ['its own, and a whole URI', { headers: [`Host: ${own}`], target: `http://${own}/admin` }],
  ])('may be %s', async (_, request) => {
    expect(await answerTo(request)).toBe(200)
  })

  test.each<[string, readonly string[], Request?]>([
    ['another', ['Host: evil.example']],
    ['a query behind its own', [`Host: ${own}?.evil.example`]],
    ['a fragment behind its own', [`Host: ${own}#.evil.example`]],
    ['a path behind its own', [`Host: ${own}/.evil.example`]],
    ['a backslash behind its own', [`Host: ${own}\\.evil.example`]],
    ['a user before its own', [`Host: evil.example@${own}`]],
    ['a scheme before its own', [`Host: https://${own}`]],
    ['its own twice', [`Host: ${own}`, `Host: ${own}`]],
    ['its own beside another', ['Host: evil.example', `Host: ${own}`]],
    ['its own in a list', [`Host: ${own}, evil.example`]],
    ['empty', ['Host:']],
    ['in the target alone', ['Host: evil.example'], { target: `http://${own}/admin` }],
    ['absent', [], { version: '1.0' }],
    ['a longer one', [`Host: ${own}.evil.example`]],
    ['forwarded by anybody', ['Host: evil.example', `X-Forwarded-Host: ${own}`]],
  ])('is never %s', async (_, headers, request = {}) => {
    expect(await answerTo({ ...request, headers })).toBe('issuer_host_mismatch')
  })

  test('is the one that a trusted proxy forwards, and no garbage', async () => {
    const forwarded = (value: string) =>
      answerTo({ headers: ['Host: internal', `X-Forwarded-Host: ${value}`] }, 'loopback')
    expect(await forwarded(own)).toBe(200)
    expect(await forwarded(`${own}, proxy.internal`)).toBe(200)
    for (const value of [`${own}?`, `${own}/`, `evil.example, ${own}`, `a@${own}`, ','])
      expect(await forwarded(value)).toBe('issuer_host_mismatch')
  })

  test('is that of the URL given to verify()', async () => {
    const auth = requireAuth(bound)
    const token = craft({ key: privateKey, alg: 'ES256' })
    await expect(auth.verify(token, { url: `wss://${own}/feed` })).resolves.toMatchObject({
      issuer: craftedIssuer,
    })
    for (const url of ['wss://evil.example/feed', own, `https://${own}@evil.example/`, undefined])
      await expect(auth.verify(token, { url })).rejects.toMatchObject({ code: 'issuer_host_mismatch' })
  })
})

describe('HTTP/2, with a plain handler of node:http2', () => {
  /** Without Express: no getter, no method of its requests and responses. */
  async function serveHttp2(auth: RequireAuth): Promise<string> {
    const server = createServer((req: Http2ServerRequest, res: Http2ServerResponse) => {
      void auth(req as never, res as never, (error?: unknown) => {
        const { status = 500, code = String(error) } = (error ?? { status: 200 }) as Record<string, never>
        res.writeHead(status).end(error ? code : 'ok')
      })
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async function get(url: string, headers: OutgoingHttpHeaders) {
    const session = connect(url)
    onTestFinished(() => session.destroy())
    const stream = session.request({ ':path': '/admin', ':authority': host, ...headers }).setEncoding('utf8')
    let body = ''
    stream.on('data', (chunk: string) => {
      body += chunk
    })
    const [{ ':status': status, ...answered }] = await once(stream, 'response')
    await once(stream, 'close')
    return { status, headers: answered, body }
  }

  async function setup() {
    const { options, token, key } = await client()
    const secrets = 'x'.repeat(32)
    const url = await serveHttp2(requireAuth(options))
    const send = async (htu: string, headers: OutgoingHttpHeaders = {}) => {
      const dpop = await key.proof('GET', htu, token)
      return (await get(url, { authorization: `DPoP ${token}`, dpop, ...headers })).body
    }
    return { options, token, key, secrets, send }
  }

  test.each([
    ['the same authority', {}, `http://${host}/admin`],
    ['a Host that agrees', { host }, `http://${host}/admin`],
    ['an authority with a port', { ':authority': `${host}:8443` }, `http://${host}:8443/admin`],
    ['a query', { ':path': '/admin?a=b' }, `http://${host}/admin`],
  ])('a proof passes for %s', async (_, headers, htu) => {
    const { send } = await setup()
    expect(await send(htu, headers)).toBe('ok')
  })

  test.each([
    ['another authority', { ':authority': 'evil.example' }, `http://${host}/admin`],
    ['a Host that differs', { host: 'evil.example' }, `http://${host}/admin`],
    ['a Host that differs, for that', { host: 'evil.example' }, 'http://evil.example/admin'],
    ['a forwarded host', { 'x-forwarded-host': 'evil.example' }, 'http://evil.example/admin'],
    ['a forwarded scheme', { 'x-forwarded-proto': 'https' }, `https://${host}/admin`],
    ['dot segments', { ':path': '/admin/../public' }, `http://${host}/public`],
    ['another path', {}, `http://${host}/public`],
  ])('a proof never passes for %s', async (_, headers, htu) => {
    const { send } = await setup()
    expect(await send(htu, headers)).toBe('proof_target_mismatch')
  })

  test.each([
    ['a path in the authority', { ':authority': `${host}/public?` }],
    ['a path that is none', { ':path': '*' }],
  ])('%s is refused by the protocol itself', async (_, headers) => {
    const { send } = await setup()
    await expect(send(`http://${host}/public`, headers)).rejects.toThrow('NGHTTP2_PROTOCOL_ERROR')
  })

  test('a proof never passes for a user in the authority, which newer Node versions refuse by the protocol', async () => {
    const { send } = await setup()
    const sent = send(`http://${host}/admin`, { ':authority': `evil.example@${host}` })
    expect(await sent.catch(refusedByProtocol)).toMatch(/^(proof_target_mismatch|NGHTTP2_PROTOCOL_ERROR)$/)
  })

  test('the challenge and a nonce are sent as ever', async () => {
    const { options, token, key, secrets } = await setup()
    const url = await serveHttp2(requireAuth({ ...options, dpop: { nonce: { secrets }, maxAgeSeconds: 60 } }))
    const dpop = await key.proof('GET', `http://${host}/admin`, token)
    const first = await get(url, { authorization: `DPoP ${token}`, dpop })
    expect([first.status, first.body]).toEqual([401, 'nonce_required'])
    expect(first.headers['www-authenticate']).toContain('error="use_dpop_nonce"')
    const nonce = first.headers['dpop-nonce']
    const proof = await key.proof('GET', `http://${host}/admin`, token, { nonce })
    expect((await get(url, { authorization: `DPoP ${token}`, dpop: proof })).body).toBe('ok')
  })

  test('an issuer is bound to the authority', async () => {
    const { privateKey, jwk } = craftKey('ec')
    const issuer = trusting({ ...jwk, alg: 'ES256' })
    const url = await serveHttp2(
      requireAuth({ issuer, audience: messages, algorithms: ['ES256'], bindIssuerToHost: true }),
    )
    const authorization = `Bearer ${craft({ key: privateKey, alg: 'ES256' })}`
    const at = async (headers: OutgoingHttpHeaders) => (await get(url, { authorization, ...headers })).body
    const { hostname } = new URL(craftedIssuer)
    expect(await at({ ':authority': hostname })).toBe('ok')
    expect(await at({ ':authority': 'evil.example' })).toBe('issuer_host_mismatch')
    expect(await at({ ':authority': 'evil.example', host: hostname })).toBe('issuer_host_mismatch')
    const asUser = at({ ':authority': `evil.example@${hostname}` }).catch(refusedByProtocol)
    expect(await asUser).toMatch(/^(issuer_host_mismatch|NGHTTP2_PROTOCOL_ERROR)$/)
  })
})

function refusedByProtocol({ message }: Error): string {
  return /NGHTTP2_PROTOCOL_ERROR/.exec(message)?.[0] ?? message
}
