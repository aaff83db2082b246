import express, { type Request } from 'express'
import { authErrorHandler, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { messages } from '../api.js'
import { craft, craftedIssuer, craftKey, trusting } from '../craft.js'
import { sharedIssuer } from '../shared-issuer.js'

type PublicUrl = NonNullable<RequireAuthOptions['publicUrl']>

/** An API behind a proxy, which believes nothing but `publicUrl`, and a client with a bound token. */
async function setup(publicUrl: PublicUrl) {
  const issuer = await sharedIssuer()
  const key = await issuer.dpop()
  const token = await key.token()
  const fault = vi.fn()
  const app = express().set('trust proxy', true)
  app.use(requireAuth({ issuer: issuer.url, audience: messages, dpop: { required: true }, publicUrl }))
  app.use((_req, res) => void res.json({ code: 'admitted' }))
  app.use(authErrorHandler(), ((error, _req, res, _next) => {
    fault(error)
    res.status(500).json({ code: 'fault' })
  }) as express.ErrorRequestHandler)
  return {
    fault,
    async send(htu: string, path = '/messages', headers: Record<string, string> = {}) {
      const proof = await key.proof('GET', htu, token)
      const sent = { Authorization: `DPoP ${token}`, DPoP: proof, ...headers }
      return (await supertest(app).get(path).set(sent)).body.code
    },
  }
}

describe('the proof is compared with', () => {
  test.each<[string, PublicUrl, string, string]>([
    ['one base URL', 'https://api.example.com', '/messages', 'https://api.example.com/messages'],
    ['one with a slash at its end', 'https://api.example.com/', '/a', 'https://api.example.com/a'],
    ['one in odd case', 'HTTPS://API.Example.com:443', '/a', 'https://api.example.com/a'],
    ['one with a port', 'https://api.example.com:8443', '/a', 'https://api.example.com:8443/a'],
    ['a prefix the proxy strips', 'https://api.example.com/shop', '/a?b', 'https://api.example.com/shop/a'],
    ['the prefix alone', 'https://api.example.com/shop', '/', 'https://api.example.com/shop'],
    ['the prefix alone, with a query', 'https://api.example.com/shop', '/?a', 'https://api.example.com/shop'],
    ['the prefix with a slash', 'https://api.example.com/shop', '/', 'https://api.example.com/shop/'],
    ['the first of a list', ['https://a.example', 'https://b.example/x'], '/a', 'https://a.example/a'],
    ['the second of a list', ['https://a.example', 'https://b.example/x'], '/a', 'https://b.example/x/a'],
    ['what a function returns', () => 'https://api.example.com', '/a', 'https://api.example.com/a'],
    ['a list it returns', () => ['https://a.example', 'https://b.example'], '/a', 'https://b.example/a'],
    ['what it finds in the request', byTenant, '/a', 'https://acme.example.com/a'],
  ])('%s', async (_, publicUrl, path, htu) => {
    const { send } = await setup(publicUrl)
    expect(await send(htu, path, { 'X-Tenant': 'acme' })).toBe('admitted')
  })

  function byTenant(req: Request) {
    return `https://${req.get('x-tenant')}.example.com`
  }

  test.each<[string, string, string, Record<string, string>?]>([
    ['Host', 'http://evil.example/messages', '/messages', { Host: 'evil.example' }],
    [
      'a forwarded host',
      'https://evil.example/messages',
      '/messages',
      { 'X-Forwarded-Host': 'evil.example' },
    ],
    [
      'a forwarded scheme',
      'http://api.example.com/shop/messages',
      '/messages',
      { 'X-Forwarded-Proto': 'http' },
    ],
    ['the path without the prefix', 'https://api.example.com/messages', '/messages'],
    ['the path stuck to the prefix', 'https://api.example.com/shopmessages', '/messages'],
    ['another prefix', 'https://api.example.com/shopping/messages', '/messages'],
    ['a path beside the prefix', 'https://api.example.com/messages', '/../messages'],
    ['dot segments', 'https://api.example.com/shop/b', '/a/../b'],
  ])('and never with %s', async (_, htu, path, headers = {}) => {
    const { send } = await setup('https://api.example.com/shop')
    expect(await send(htu, path, headers)).toBe('proof_target_mismatch')
  })

  test('whatever Host says, were it garbage', async () => {
    const { send } = await setup('https://api.example.com')
    for (const Host of ['evil.example', 'a/b?', '#', ''])
      expect(await send('https://api.example.com/messages', '/messages', { Host })).toBe('admitted')
  })
})

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a path', '/shop'],
  ['a host', 'api.example.com'],
  ['an empty list', []],
  ['a list with nothing in it', [undefined]],
  ['a URL with a query', 'https://api.example.com?a'],
  ['a promise', Promise.resolve('https://api.example.com')],
])('a function that returns %s is a fault', async (_, returned) => {
  const { send, fault } = await setup((() => returned) as unknown as PublicUrl)
  expect(await send('https://api.example.com/messages')).toBe('fault')
  expect(fault).toHaveBeenCalledWith(expect.any(TypeError))
  expect(fault.mock.calls[0]?.[0].message).toMatch(/^what the publicUrl function returned must be /)
})

test('a function that throws is a fault, passed on untouched', async () => {
  const down = new Error('the database is down')
  const { send, fault } = await setup(() => {
    throw down
  })
  expect(await send('https://api.example.com/messages')).toBe('fault')
  expect(fault).toHaveBeenCalledWith(down)
})

describe('an issuer is bound to the public host', () => {
  const { privateKey, jwk } = craftKey('ec')
  const own = new URL(craftedIssuer).origin
  async function codeFor(publicUrl: PublicUrl, host: string) {
    const issuer = trusting({ ...jwk, alg: 'ES256' })
    const app = express().set('trust proxy', true)
    app.use(
      requireAuth({ issuer, audience: messages, algorithms: ['ES256'], bindIssuerToHost: true, publicUrl }),
    )
    app.use((_req, res) => void res.json({ code: 'admitted' })).use(authErrorHandler())
    const request = supertest(app)
      .get('/')
      .auth(craft({ key: privateKey, alg: 'ES256' }), { type: 'bearer' })
    return (await request.set({ Host: host, 'X-Forwarded-Host': host })).body.code
  }

  test.each<[string, PublicUrl]>([
    ['one', own],
    ['one of a list', ['https://messages.northwind.com', `${own}/shop`]],
    ['what a function returns', () => own],
  ])('%s, whatever Host says', async (_, publicUrl) => {
    expect(await codeFor(publicUrl, 'internal')).toBe('admitted')
  })

  test('and not to the one that the sender names', async () => {
    expect(await codeFor('https://messages.northwind.com', new URL(own).host)).toBe('issuer_host_mismatch')
  })
})

test.each([
  ['', 'publicUrl must be an http or https URL'],
  ['api.example.com', 'publicUrl must be an http or https URL'],
  ['ftp://api.example.com', 'publicUrl must be an http or https URL'],
  ['https://api.example.com?', 'publicUrl must be an http or https URL'],
  ['https://api.example.com/#', 'publicUrl must be an http or https URL'],
  ['https://user@api.example.com', 'publicUrl must be an http or https URL'],
  [[], 'publicUrl must be a list of at least one'],
  [[7], 'publicUrl must be an http or https URL'],
  [true, 'publicUrl must be an http or https URL'],
])('publicUrl %j is refused at construction', (publicUrl, message) => {
  const create = () =>
    requireAuth({ issuer: craftedIssuer, audience: messages, publicUrl: publicUrl as PublicUrl })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
})
