import supertest from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Playground, startPlayground } from '../../examples/playground/server.js'

let playground: Playground

beforeAll(async () => {
  playground = await startPlayground({ issuerPort: 0, apiPort: 0 })
})

afterAll(() => playground.close())

test.each(['/', '/playground.js', '/auth0-spa-js/auth0-spa-js.worker.production.js', '/settings.json'])(
  '%s comes with a policy that allows no inline script or style, and nobody but the issuer',
  async (path) => {
    const { status, headers } = await supertest(playground.apiUrl).get(path)
    const { url, customUrl } = playground.issuer
    const issuers = `${url.slice(0, -1)} ${customUrl.slice(0, -1)}`
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self'; connect-src 'self' ${issuers}; frame-src ${issuers}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
    )
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['x-content-type-options']).toBe('nosniff')
  },
)

test('the API beside it stays as it is', async () => {
  const { status, headers } = await supertest(playground.apiUrl).get('/messages')
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe('Bearer realm="api"')
  expect(headers['content-security-policy']).toBeUndefined()
})

test('the Management API beside it takes a token on the domain it was asked from only', async () => {
  const audience = `${playground.issuer.customUrl}api/v2/`
  const token = await playground.issuer.token({
    issuer: playground.issuer.customUrl,
    audience,
    scope: 'read:users',
  })
  const get = (host: string) =>
    supertest(playground.apiUrl).get('/api/v2/users').set('Host', host).auth(token, { type: 'bearer' })
  expect((await get('localhost')).status).toBe(200)
  expect((await get('127.0.0.1')).body.code).toBe('issuer_host_mismatch')
})

test.each(['localhost', '127.0.0.1'])('a page at %s uses the domain of the same host', async (host) => {
  const { body } = await supertest(playground.apiUrl).get('/settings.json').set('Host', `${host}:3000`)
  expect(new URL(body.domain).hostname).toBe(host)
})

test('nothing but the files of the browser client is served from its package', async () => {
  const { status } = await supertest(playground.apiUrl).get('/auth0-spa-js/..%2fpackage.json')
  expect(status).toBe(404)
})
