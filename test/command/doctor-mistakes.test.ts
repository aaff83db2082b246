import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import type { JWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messages } from '../api.js'
import { type CraftedKey, craft, craftKey, encode, goodClaims } from '../craft.js'
import { readyKey } from '../keys/ready-keys.js'
import { type Oddities, oddIssuer } from './odd-issuer.js'
import { fail, runDoctor } from './run-doctor.js'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
})
afterAll(() => issuer.close())

const rsa = craftKey()
const setUp = (url: string, audience: string = messages) => ['--issuer', url, '--audience', audience]
const verdict = (says: unknown) => fail('verdict', says, 'see the lines above')
const unknown = verdict('requireAuth answers 401 issuer_unknown: The access token is from an unknown issuer')

/** An issuer with this key, and a token of it. */
async function odd(oddities: Oddities, key: CraftedKey = rsa, alg = 'RS256', claims: object = {}) {
  const { url } = await oddIssuer({ keys: [key.jwk], ...oddities })
  return { url, token: craft({ key: key.privateKey, alg, claims: goodClaims({ iss: url, ...claims }) }) }
}

test('a wrong audience: the token names another', async () => {
  const token = await issuer.token()
  const { failed } = await runDoctor(setUp(issuer.url, 'https://mesages.northwind.com'), { token })
  expect(failed).toEqual([
    fail(
      'aud',
      `${messages} is not https://mesages.northwind.com`,
      'get a token for this API: audience=https://mesages.northwind.com or resource=https://mesages.northwind.com, as the issuer has it (RFC 8707)',
    ),
    verdict('requireAuth answers 401 audience_mismatch: The access token is for another audience'),
  ])
})

test('an issuer without its slash: both the metadata and the token tell', async () => {
  const token = await issuer.token()
  const { failed } = await runDoctor(setUp(issuer.url.slice(0, -1)), { token })
  const change = `the slash at the end counts: write the issuer as ${issuer.url}`
  expect(failed).toMatchObject([{ check: 'discovery', change }, { check: 'iss', change }, unknown])
})

test('an issuer with the wrong scheme: no TLS there', async () => {
  const token = await issuer.token()
  const { failed } = await runDoctor(setUp(issuer.url.replace('http:', 'https:')), { token })
  expect(failed).toMatchObject([
    { check: 'reachable', change: 'it does not speak TLS there: check scheme and port' },
    { check: 'iss', change: `scheme and port count: write the issuer as ${issuer.url}` },
    unknown,
  ])
})

test('an issuer by plain http elsewhere is wrong usage, with the flag that would allow it', async () => {
  await expect(runDoctor(setUp('http://login.northwind.com/'))).rejects.toThrow(
    '--issuer must be a domain or an https URL without query and fragment (http only for loopback hosts and ' +
      '--http-host), got "http://login.northwind.com/" (over plain http only with --http-host login.northwind.com)',
  )
})

test('an issuer in the wrong case: both the metadata and the token tell', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk], metadata: (own) => ({ issuer: `${own}Tenant` }) })
  const token = craft({ key: rsa.privateKey, claims: goodClaims({ iss: `${url}Tenant` }) })
  const { failed } = await runDoctor(setUp(`${url}tenant`), { token })
  const change = `upper and lower case count: write the issuer as ${url}Tenant`
  expect(failed).toMatchObject([{ check: 'discovery', change }, { check: 'iss', change }, unknown])
})

test('an issuer with the wrong port: nobody listens there', async () => {
  const token = await issuer.token()
  const { failed } = await runDoctor(setUp('http://127.0.0.1:9/'), { token })
  expect(failed).toMatchObject([
    { check: 'reachable', change: expect.stringMatching(/port|runs/) },
    { check: 'iss', change: `scheme and port count: write the issuer as ${issuer.url}` },
    unknown,
  ])
})

test('an issuer without metadata: where the keys are must be set', async () => {
  const { url, token } = await odd({ discovery: (res) => res.writeHead(404).end() })
  const { failed } = await runDoctor(setUp(url), { token })
  expect(failed).toEqual([
    fail(
      'discovery',
      `${url}.well-known/openid-configuration answered with status 404`,
      'check the spelling of the issuer, path included; if it has no metadata there, set metadataUrl (--metadata-url) or jwksUri (--jwks-uri)',
    ),
    fail(
      'verdict',
      `requireAuth answers 503 keys_unavailable: The keys of the issuer are unavailable (${url}.well-known/openid-configuration answered with status 404)`,
      'see what is said of the issuer above',
    ),
  ])
  const mended = await runDoctor([...setUp(url), '--jwks-uri', `${url}keys`], { token })
  expect(mended.failed).toEqual([])
})

test('a foreign algorithm: what to set, and the key is checked all the same', async () => {
  const ec = craftKey('ec')
  const { url, token } = await odd({}, ec, 'ES256')
  const { failed, find } = await runDoctor(setUp(url), { token })
  expect(failed).toEqual([
    fail(
      'key set',
      `the key set of ${url} holds no usable key for RS256; it has keys for ES256`,
      "let the issuer sign with RS256, or set algorithms: ['ES256'] in requireAuth",
    ),
    fail(
      'alg',
      'ES256 is not RS256',
      "let the issuer sign with RS256; or algorithms: ['ES256'] would take it",
    ),
    verdict(
      'requireAuth answers 401 algorithm_not_allowed: The access token is signed with an algorithm that is not allowed',
    ),
  ])
  expect(find('signature')).toMatchObject({ verdict: 'ok' })
  const mended = await runDoctor([...setUp(url), '--algorithm', 'ES256'], { token })
  expect(mended.failed).toEqual([])
})

const ASK =
  'name the API in the token request, by audience=... or resource=..., as the issuer has it; for an issuer that gives no JWTs at all, turn on introspection'
const malformed = verdict('requireAuth answers 401 token_malformed: The access token is malformed')

test('an opaque token: the audience was not asked for', async () => {
  const { failed } = await runDoctor(setUp(issuer.url), { token: 'mF_9B5f-4.1JqM' })
  expect(failed).toEqual([
    fail('form', 'an opaque token, no JWT: only its issuer can tell what it is good for', ASK),
    malformed,
  ])
})

test('an encrypted token: the audience was not asked for', async () => {
  const token = `${encode({ alg: 'dir', enc: 'A256GCM', iss: issuer.url })}..AAAA.AAAA.AAAA`
  const { failed } = await runDoctor(setUp(issuer.url), { token })
  const says = 'an encrypted token (JWE), which only its recipient can read'
  expect(failed).toEqual([fail('form', says, ASK), malformed])
})

test.each([
  ['nonce', { nonce: 'n' }, 'an ID token, by its claim nonce: n'],
  ['token_use', { token_use: 'id' }, 'an ID token, by its claim token_use: id'],
  ['typ', { typ: 'Refresh' }, 'no access token, by its claim typ: Refresh'],
])('an ID token or another kind by its %s: which token to send', async (_name, claims, says) => {
  const { failed } = await runDoctor(setUp(issuer.url), { token: await issuer.token({ claims }) })
  expect(failed).toEqual([
    fail('typ', says, 'send the access token, not the ID or refresh token'),
    verdict('requireAuth answers 401 type_not_allowed: The token is not an access token'),
  ])
})

test('an expired token: since when', async () => {
  const { failed } = await runDoctor(setUp(issuer.url), {
    token: await issuer.token({ expiresInSeconds: -90 }),
  })
  expect(failed).toEqual([
    fail(
      'exp',
      expect.stringMatching(/^expired .*, 1 minute .* ago$/),
      'get a new token; if it is new, compare the clocks',
    ),
    verdict('requireAuth answers 401 token_expired: The access token expired'),
  ])
})

test('a clock that is off: which way, and how it shows in tokens', async () => {
  const issuerNow = Math.floor(Date.now() / 1000) + 600
  const headers = { date: new Date(issuerNow * 1000).toUTCString() }
  const { url, token } = await odd({ headers }, rsa, 'RS256', { nbf: issuerNow, iat: issuerNow })
  const { failed } = await runDoctor(setUp(url), { token })
  expect(failed).toMatchObject([
    { check: 'clock', says: expect.stringMatching(/behind the issuer's, so fresh tokens are refused/) },
    { check: 'nbf', change: 'compare the clocks of this machine and of the issuer' },
    { check: 'iat', change: 'compare the clocks of this machine and of the issuer' },
    { check: 'verdict' },
  ])
  const lax = await runDoctor([...setUp(url), '--clock-tolerance', '300'], { token })
  expect(lax.failed[0]?.check).toBe('clock')
})

test('a weak key: how weak, and that its tokens are refused', async () => {
  const weak = craftKey('rsa', { modulusLength: 1024 }, 'weak')
  const { url } = await oddIssuer({ keys: [weak.jwk as JWK] })
  const token = craft({ key: weak.privateKey, header: { kid: 'weak' }, claims: goodClaims({ iss: url }) })
  const { failed } = await runDoctor(setUp(url), { token })
  expect(failed).toMatchObject([
    { check: 'key set', change: 'ask whoever runs the issuer to repair it' },
    fail(
      'key',
      'kid weak: RSA, any algorithm, 1024 bits: too weak to be used',
      'let the issuer use 2048 bits',
    ),
    { check: 'key', says: 'kid weak: the issuer has no such key for RS256' },
    { check: 'verdict' },
  ])
})

test('a token bound by DPoP: the option that checks it, and then what cannot be checked here', async () => {
  const token = await issuer.token({ claims: { cnf: { jkt: 'thumbprint' } } })
  const { failed } = await runDoctor(setUp(issuer.url), { token })
  const bound = 'bound by cnf to {"jkt":"thumbprint"}: not good without that, as a bearer token'
  expect(failed).toEqual([
    fail('cnf', bound, 'turn on dpop for jkt, mtls for x5t#S256 (--dpop, --mtls), or get an unbound token'),
    verdict(
      'requireAuth answers 401 binding_unsupported: The access token is bound in a way this API does not support',
    ),
  ])
  const mended = await runDoctor([...setUp(issuer.url), '--dpop'], { token })
  expect(mended.failed).toEqual([])
  expect(mended.find('verdict')).toMatchObject({
    verdict: 'note',
    says: 'requireAuth accepts the token, beside the proof or the certificate it is bound to: none is at hand here',
  })
})
