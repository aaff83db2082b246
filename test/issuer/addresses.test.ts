import { type IssuerOptions, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { describe, expect, test } from 'vitest'
import { messages } from '../api.js'
import { mount } from '../setup.js'
import { stopClock } from './clock.js'
import { json, newKey, scriptIssuer, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const metadataUrl = 'https://internal.northwind.com/meta.json'
const jwksUri = 'https://keys.northwind.com/jwks.json'

/** An API whose issuer is found at given addresses. */
function setupAt(issuer: IssuerOptions, metadata: object = {}, options: Partial<RequireAuthOptions> = {}) {
  const key = newKey()
  const script = scriptIssuer()
  const answer = { issuer: issuer.issuer, jwks_uri: jwksUri, ...metadata }
  script.answer(issuer.metadataUrl ?? metadataUrl, () => json(answer))
  script.answer(answer.jwks_uri, () => json({ keys: [key.jwk] }))
  if (issuer.jwksUri) script.answer(issuer.jwksUri, () => json({ keys: [key.jwk] }))
  const common: RequireAuthOptions = {
    issuer,
    audience: messages,
    algorithms: ['ES256'],
    fetch: script.fetch,
  }
  return { ...mount({ ...common, ...options }), script, key, token: signedBy(key, { iss: issuer.issuer }) }
}

describe('metadataUrl', () => {
  test.each(['https://login.northwind.com/', 'northwind-production'])(
    'is asked instead of the issuer %s, which it must name',
    async (issuer) => {
      const { get, token, script } = setupAt({ issuer, metadataUrl })
      expect((await get(token)).status).toBe(200)
      expect(script.asked.map(({ url }) => url)).toEqual([metadataUrl, jwksUri])
    },
  )

  test('that leads to the metadata of another issuer is an outage that names both', async () => {
    const issuer = 'https://login.northwind.com/'
    const { get, auth, token } = setupAt({ issuer, metadataUrl }, { issuer: 'https://login.eastwind.com/' })
    expect((await get(token)).status).toBe(503)
    await expect(auth.ready()).rejects.toThrow(
      `the metadata of ${issuer} names another issuer, https://login.eastwind.com/ (a slash at the end counts)`,
    )
  })
})

test('an issuer with jwksUri may be a name, compared to the letter', async () => {
  const { get, key, token, script } = setupAt({ issuer: 'northwind', jwksUri })
  expect((await get(token)).status).toBe(200)
  for (const iss of ['Northwind', 'northwind/', 'https://northwind/'])
    expect((await get(signedBy(key, { iss }))).body.code).toBe('issuer_unknown')
  expect(script.asked.map(({ url }) => url)).toEqual([jwksUri])
})

describe('httpHosts', () => {
  const issuer = 'https://login.northwind.com/'
  const inside = 'http://keycloak:8080/meta.json'
  const plainKeys = 'http://keycloak:8080/jwks.json'

  test.each([['keycloak:8080'], ['keycloak'], ['KEYCLOAK:8080']])(
    'with %s lets metadata and keys come from there by plain http',
    async (host) => {
      const settings = { issuer, metadataUrl: inside }
      const { get, token } = setupAt(settings, { jwks_uri: plainKeys }, { httpHosts: [host] })
      expect((await get(token)).status).toBe(200)
    },
  )

  test.each([
    ['another host', 'http://keycloak.evil.example:8080/jwks.json'],
    ['another port', 'http://keycloak:8081/jwks.json'],
    ['a host with credentials', 'http://user@keycloak:8080/jwks.json'],
    ['loopback, from metadata over https', 'http://127.0.0.1:8080/jwks.json'],
  ])('does not let jwks_uri lead to %s', async (_, unsafe) => {
    const options = { httpHosts: ['keycloak:8080'] }
    const { get, auth, token, script } = setupAt({ issuer, metadataUrl }, { jwks_uri: unsafe }, options)
    expect((await get(token)).status).toBe(503)
    await expect(auth.ready()).rejects.toThrow(`the metadata of ${issuer} has no safe jwks_uri: ${unsafe}`)
    expect(script.count(unsafe)).toBe(0)
  })

  test.each([
    ['issuer', 'http://keycloak:8080/realms/north', /httpHosts: \["keycloak:8080"\]/],
    ['issuer.metadataUrl', { issuer, metadataUrl: inside }, /httpHosts/],
    ['issuer.jwksUri', { issuer, jwksUri: plainKeys }, /httpHosts/],
  ])('must name the host of %s', (name, setting, hint) => {
    const options = { issuer: setting, audience: messages }
    expect(() => requireAuth(options)).toThrow(name)
    expect(() => requireAuth(options)).toThrow(hint)
    expect(() => requireAuth({ ...options, httpHosts: ['keycloak:8080'] })).not.toThrow()
  })
})

describe('jwks.jsonTypes', () => {
  test.each([
    ['text/plain', ['text/plain'], 200],
    ['text/plain; charset=utf-8', ['text/plain'], 200],
    ['text/html', ['text/plain'], 503],
    ['text/plain', undefined, 503],
  ])('for %s: with %j the answer is %d', async (type, jsonTypes, status) => {
    const jwks = jsonTypes && { jwks: { jsonTypes } }
    const { get, key, script } = setupScripted(jwks)
    script.answer(script.jwksUri, () => json({ keys: [key.jwk] }, { 'content-type': type }))
    expect((await get(signedBy(key))).status).toBe(status)
  })

  test('is not for metadata', async () => {
    const { get, key, script } = setupScripted({ jwks: { jsonTypes: ['text/plain'] } })
    const metadata = { issuer: script.url, jwks_uri: script.jwksUri }
    script.answer(script.metadataUrl, () => json(metadata, { 'content-type': 'text/plain' }))
    expect((await get(signedBy(key))).status).toBe(503)
  })
})

test('key sets are asked for as Kubernetes wants it, which refuses application/json alone', async () => {
  const { get, key, script } = setupScripted()
  script.answer(script.jwksUri, () => {
    const types = script.asked.at(-1)?.headers.get('accept')?.split(', ') ?? []
    if (!types.includes('application/jwk-set+json')) return new Response('', { status: 406 })
    return json({ keys: [key.jwk] }, { 'content-type': 'application/jwk-set+json' })
  })
  expect((await get(signedBy(key))).status).toBe(200)
})

describe('a Microsoft Entra issuer of all tenants', () => {
  const template = 'https://login.microsoftonline.com/{tenantid}/v2.0'
  const tenant = (n: number) => `${n}0000000-1111-2222-3333-444444444444`
  const issuerOf = (tid: string) => template.replace('{tenantid}', tid)
  const entra = 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration'
  const setupEntra = (...keys: object[]) => {
    const api = setupAt({ issuer: template, metadataUrl: entra })
    api.script.answer(jwksUri, () => json({ keys: [api.key.jwk, ...keys] }))
    return { ...api, tokenOf: (tid: string) => signedBy(api.key, { iss: issuerOf(tid), tid }) }
  }

  test('admits tokens of any tenant that names itself twice', async () => {
    const { get, tokenOf, script } = setupEntra()
    for (const n of [1, 2, 3]) expect((await get(tokenOf(tenant(n)))).status).toBe(200)
    expect(script.count(jwksUri)).toBe(1)
  })

  test.each<[string, object]>([
    ['no tid', { iss: issuerOf(tenant(1)) }],
    ['the tid of another tenant', { iss: issuerOf(tenant(1)), tid: tenant(2) }],
    ['the template itself', { iss: template, tid: '{tenantid}' }],
    ['a tid that is no id', { iss: issuerOf('common'), tid: 'common' }],
    ['a tid that is a path', { iss: issuerOf(`${tenant(1)}/../x`), tid: `${tenant(1)}/../x` }],
    ['a tid that ends in an id', { iss: issuerOf(`x/../${tenant(1)}`), tid: `x/../${tenant(1)}` }],
    ['another host', { iss: issuerOf(tenant(1)).replace('microsoftonline', 'evil'), tid: tenant(1) }],
    ['a longer issuer', { iss: `${issuerOf(tenant(1))}/`, tid: tenant(1) }],
    ['a tid that is a list', { iss: issuerOf(tenant(1)), tid: [tenant(1)] }],
  ])('does not admit a token with %s', async (_, claims) => {
    const { get, key, script } = setupEntra()
    const response = await get(signedBy(key, { ...claims }))
    expect(response.status).toBe(401)
    expect(response.body.code).toBe('issuer_unknown')
    expect(script.asked).toEqual([])
  })

  test.each([
    ['of the template signs for all tenants', template, [200, 200]],
    ['of one tenant signs for this one alone', issuerOf(tenant(1)), [200, 401]],
    ['of another issuer signs for none', 'https://login.evil.example/', [401, 401]],
  ])('a key whose issuer is that %s', async (_, issuer, statuses) => {
    const own = newKey()
    const { get } = setupEntra({ ...own.jwk, issuer })
    for (const [n, status] of statuses.entries()) {
      const tid = tenant(n + 1)
      const response = await get(signedBy(own, { iss: issuerOf(tid), tid }))
      expect(response.status).toBe(status)
      if (status === 401) expect(response.body.code).toBe('signature_invalid')
    }
  })

  test.each([
    ['no address', { issuer: template }],
    ['only keys of its own', { issuer: template, jwks: { keys: [newKey().jwk] } }],
  ])('with %s is a TypeError', (_, issuer) => {
    expect(() => requireAuth({ issuer, audience: messages })).toThrow(/needs metadataUrl or jwksUri/)
  })
})
