import { beforeAll, describe, expect, test } from 'vitest'
import { messages } from '../api.js'
import { mount } from '../setup.js'
import { json, newKey, scriptIssuer, setupScripted, signedBy } from './scripted-issuer.js'

const jwksUri = 'https://keys.northwind.com/jwks.json'

/** An API whose issuer has its metadata at one address only. */
function setupAt(issuer: string, metadataUrl: string) {
  const key = newKey()
  const script = scriptIssuer(issuer)
  const missing = () => new Response('', { status: 404 })
  for (const url of wellKnown) script.answer(url, missing)
  script.answer(metadataUrl, () => json({ issuer, jwks_uri: jwksUri }))
  script.answer(jwksUri, () => json({ keys: [key.jwk] }))
  const api = mount({ issuer, audience: messages, algorithms: ['ES256'], fetch: script.fetch })
  return { ...api, script, token: signedBy(key, { iss: issuer }) }
}

const host = 'https://login.northwind.com'
const wellKnown = [
  `${host}/.well-known/openid-configuration`,
  `${host}/.well-known/oauth-authorization-server`,
  `${host}/realms/north/.well-known/openid-configuration`,
  `${host}/.well-known/oauth-authorization-server/realms/north`,
  `${host}/.well-known/openid-configuration/realms/north`,
]

test.each([
  [`${host}/`, wellKnown.slice(0, 1)],
  [host, wellKnown.slice(0, 1)],
  [`${host}/`, wellKnown.slice(0, 2)],
  [`${host}/realms/north`, wellKnown.slice(2, 3)],
  [`${host}/realms/north/`, wellKnown.slice(2, 3)],
  [`${host}/realms/north`, wellKnown.slice(2, 4)],
  [`${host}/realms/north`, wellKnown.slice(2, 5)],
])('the metadata of %s is found by asking %j (RFC 8414 §3.1, §5)', async (issuer, addresses) => {
  const { get, token, script } = setupAt(issuer, addresses.at(-1) as string)
  expect((await get(token)).status).toBe(200)
  expect(script.asked.map(({ url }) => url)).toEqual([...addresses, jwksUri])
})

test('metadata that is nowhere is an outage that names the first address', async () => {
  const { auth } = setupAt(`${host}/`, `${host}/elsewhere`)
  await expect(auth.ready()).rejects.toThrow(`${wellKnown[0]} answered with status 404`)
})

test('an address that is out of order is not taken for one that is not there', async () => {
  const { get, token, script } = setupAt(`${host}/`, wellKnown[1] as string)
  script.answer(wellKnown[0] as string, () => new Response('', { status: 500 }))
  expect((await get(token)).status).toBe(503)
  expect(script.asked).toHaveLength(1)
})

describe('metadata must name the very issuer and a safe jwks_uri (RFC 8414 §3.3):', () => {
  const another = (named: string) =>
    `the metadata of ${host}/ names another issuer, ${named} (a slash at the end counts)`
  const unsafe = (found: string) => `the metadata of ${host}/ has no safe jwks_uri${found}`
  beforeAll(() => {
    for (let i = 0; i < 100_000; i++) URL.canParse('https://a/') // optimised, that of Node 20 misreads Latin-1
  })
  test.each([
    [
      'another host',
      { issuer: 'https://login.evil.example/', jwks_uri: jwksUri },
      another('https://login.evil.example/'),
    ],
    ['no slash at the end', { issuer: host, jwks_uri: jwksUri }, another(host)],
    [
      'another case',
      { issuer: 'https://LOGIN.northwind.com/', jwks_uri: jwksUri },
      another('https://LOGIN.northwind.com/'),
    ],
    ['a list', { issuer: [`${host}/`], jwks_uri: jwksUri }, another(`["${host}/"]`)],
    ['no issuer', { jwks_uri: jwksUri }, another('undefined')],
    ['null', null, another('undefined')],
    ['no jwks_uri', { issuer: `${host}/` }, unsafe('')],
    [
      'an http jwks_uri',
      { issuer: `${host}/`, jwks_uri: 'http://keys.northwind.com/' },
      unsafe(': http://keys.northwind.com/'),
    ],
    [
      'a loopback jwks_uri over http',
      { issuer: `${host}/`, jwks_uri: 'http://127.0.0.1/jwks' },
      unsafe(': http://127.0.0.1/jwks'),
    ],
    ['a file', { issuer: `${host}/`, jwks_uri: 'file:///etc/passwd' }, unsafe(': file:///etc/passwd')],
    ['a relative jwks_uri', { issuer: `${host}/`, jwks_uri: '/jwks.json' }, unsafe(': /jwks.json')],
    [
      'Latin-1 that could be UTF-8',
      { issuer: `${host}/`, jwks_uri: 'https://a\u00c8\u009b/' },
      unsafe(': https://a\u00c8\\u009b/'),
    ],
  ])('%s is an outage, and no key is fetched', async (_, metadata, message) => {
    const { get, auth, key, script } = setupScripted()
    script.answer(script.metadataUrl, () => json(metadata))
    const response = await get(signedBy(key))
    expect(response.status).toBe(503)
    expect(response.headers['retry-after']).toBe('1')
    await expect(auth.ready()).rejects.toMatchObject({ message })
    expect(script.asked).toHaveLength(1)
  })

  test('lists nested beyond any stack are an outage', async () => {
    const { auth, script } = setupScripted()
    const body = `{"issuer":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const headers = { 'content-type': 'application/json' }
    script.answer(script.metadataUrl, () => new Response(body, { headers }))
    await expect(auth.ready()).rejects.toThrow(
      /names another issuer, (a value that is no JSON|\[{200}\.\.\. \(200000 characters\)) \(a slash/, // newer Nodes can write it
    )
  })
})
