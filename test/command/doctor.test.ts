import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messages } from '../api.js'
import { craft, craftKey, craftSecret, goodClaims } from '../craft.js'
import { readyKey } from '../keys/ready-keys.js'
import { oddIssuer } from './odd-issuer.js'
import { cli } from './run-cli.js'
import { fail, runDoctor } from './run-doctor.js'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
})
afterAll(() => issuer.close())

const rsa = craftKey()

/** The findings of the doctor for one or more issuers. */
async function doctor(issuers: readonly string[], token?: string, audience: string = messages) {
  return runDoctor([...issuers.flatMap((each) => ['--issuer', each]), '--audience', audience], { token })
}

const refused = (answer: string) => fail('verdict', `requireAuth answers ${answer}`, 'see the lines above')

test('a sound set-up passes every check, line by line', async () => {
  const token = await issuer.token({ claims: { nbf: 1767225600 } })
  const args = ['doctor', '--issuer', issuer.url, '--issuer', issuer.customUrl, '--audience', messages]
  const { code, stdout, stderr } = await cli([...args, '--token', token])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const plain = stdout
    .replaceAll(/kid \S+/g, 'kid KID')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00, .*/g, 'TIME')
  const ofIssuer = (url: string) => `${url}
ok    reachable    it answers
ok    discovery    its metadata names itself
ok    key set      1 usable key for RS256 at ${url}.well-known/jwks.json
ok    key          kid KID RSA, RS256, 2048 bits
ok    clock        agrees with the issuer's within 5 seconds
`
  expect(plain).toBe(`${ofIssuer(issuer.url)}
${ofIssuer(issuer.customUrl)}
domains
ok    same tenant  ${issuer.url} and ${issuer.customUrl} have the same keys

token
ok    form         a JWT in compact form
ok    header       no member that must be understood, a well-formed kid
ok    typ          typ JWT passes for an access token
ok    alg          RS256
ok    iss          ${issuer.url}
ok    aud          ${messages}
ok    exp          TIME
ok    nbf          TIME
ok    iat          TIME
ok    key          kid KID the issuer has it
ok    signature    made by that key over this very header and these claims
ok    verdict      requireAuth accepts it: subject messages-worker@clients, scopes read:messages

All is well.
`)
  expect(stdout).not.toContain(token)
})

test('what fails says what to change, and exits with 1', async () => {
  const token = await issuer.token({ expiresInSeconds: -90 })
  const { code, stdout } = await cli(
    ['doctor', '--issuer', issuer.url, '--audience', messages, '--token', '-'],
    { stdin: token },
  )
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /\nFAIL {2}exp {10}expired \S+, 1 minute \d+ seconds ago\n {19}change: get a new token; if it is new, compare the clocks\n/,
  )
  expect(stdout).toContain(
    'FAIL  verdict      requireAuth answers 401 token_expired: The access token expired\n',
  )
  expect(stdout).toMatch(/\n\n2 checks failed\.\n$/)
})

test('an issuer named without its slash is told how it names itself', async () => {
  const { failed } = await doctor([issuer.url.slice(0, -1)])
  const change = `the slash at the end counts: write the issuer as ${issuer.url}`
  expect(failed).toEqual([fail('discovery', `its metadata names ${issuer.url}`, change)])
})

test('an issuer that names another is told', async () => {
  const { url } = await oddIssuer({
    metadata: () => ({ issuer: 'https://evil.example/\u001b[2J' }),
    keys: [rsa.jwk],
  })
  const { failed } = await doctor([url])
  const named = 'https://evil.example/\\u001b[2J'
  const change = `if that is the issuer you mean, write it as ${named}`
  expect(failed).toEqual([fail('discovery', `its metadata names ${named}`, change)])
})

/** Where nobody listens. */
async function deafUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return `http://127.0.0.1:${port}/`
}

test('an issuer that does not answer is told', async () => {
  const url = await deafUrl()
  const { failed, findings } = await doctor([url, issuer.url])
  const asked = `${url}.well-known/openid-configuration`
  expect(failed).toEqual([
    fail('reachable', `${asked} could not be reached (ECONNREFUSED)`, 'check that it runs, and at that port'),
  ])
  expect(findings.at(-1)).toEqual({
    verdict: 'note',
    check: 'same tenant',
    says: `not checked: the keys of ${url} and ${issuer.url} are not all there`,
  })
})

const discoveries: readonly (readonly [(res: ServerResponse) => unknown, string, string])[] = [
  [
    (res) => res.writeHead(404).end(),
    'answered with status 404',
    'check the spelling of the issuer, path included; if it has no metadata there, set metadataUrl (--metadata-url) or jwksUri (--jwks-uri)',
  ],
  [
    (res) => res.writeHead(302, { location: 'https://evil.example/' }).end(),
    'answered with a redirect, which is refused',
    'give the address it redirects to, if that is the one you mean: redirects are never followed',
  ],
]

test.each(discoveries)('a discovery that cannot be used is told (%#)', async (discovery, what, change) => {
  const { url } = await oddIssuer({ discovery })
  const { failed, find } = await doctor([url])
  expect(find('reachable')?.verdict).toBe('ok')
  expect(failed).toEqual([fail('discovery', `${url}.well-known/openid-configuration ${what}`, change)])
})

test('keys that requireAuth would not use are told one by one', async () => {
  const weak = craftKey('rsa', { modulusLength: 1024 }, 'weak')
  const ec = craftKey('ec', {}, 'ec')
  const secret = { ...rsa.jwk, kid: 'leaked', d: 'AQAB' }
  const { url } = await oddIssuer({
    keys: [rsa.jwk, weak.jwk, ec.jwk, secret, { ...rsa.jwk, kid: 'enc', use: 'enc' }],
  })
  const { findings, failed } = await doctor([url])
  expect(failed).toEqual([
    fail(
      'key',
      'kid weak: RSA, any algorithm, 1024 bits: too weak to be used',
      'let the issuer use 2048 bits',
    ),
    fail(
      'key',
      'kid leaked: its secret part is published',
      'replace the key at once: anyone can sign with it',
    ),
  ])
  expect(findings.filter(({ verdict }) => verdict === 'note').map(({ says }) => says)).toEqual([
    'kid ec: EC, any algorithm: not used for RS256',
    'kid enc: RSA, any algorithm, not for signatures: not used',
  ])
})

test('an issuer that signs with another algorithm is told which to allow', async () => {
  const { url } = await oddIssuer({ keys: [craftKey('ec').jwk] })
  const { failed } = await doctor([url])
  const change = "let the issuer sign with RS256, or set algorithms: ['ES256'] in requireAuth"
  expect(failed).toEqual([
    fail('key set', `the key set of ${url} holds no usable key for RS256; it has keys for ES256`, change),
  ])
})

test('keys over plain http elsewhere are not asked for', async () => {
  const { url } = await oddIssuer({ metadata: () => ({ jwks_uri: 'http://evil.example/keys' }) })
  const { failed } = await doctor([url])
  const change = 'ask whoever runs the issuer to repair it'
  expect(failed).toEqual([fail('key set', 'no safe jwks_uri: http://evil.example/keys', change)])
})

test.each([
  [-60, 'ahead of', 'so tokens end too early'],
  [60, 'behind', 'so fresh tokens are refused as not yet valid'],
])('a clock %d seconds off is told', async (seconds, direction, effect) => {
  const date = new Date(Date.now() + seconds * 1000).toUTCString()
  const { url } = await oddIssuer({ keys: [rsa.jwk], headers: { date } })
  const { failed } = await doctor([url])
  expect(failed).toEqual([
    fail('clock', expect.any(String), 'set the clocks by NTP, on every machine that checks tokens'),
  ])
  expect(failed[0]?.says).toMatch(
    new RegExp(`^this machine's clock is .*(second|minute).* ${direction} the issuer's, ${effect}$`),
  )
})

test('the date of a cache tells no time', async () => {
  const headers = { date: new Date(0).toUTCString(), age: '3600' }
  const { url } = await oddIssuer({ keys: [rsa.jwk], headers })
  const { failed, find } = await doctor([url])
  expect(failed).toEqual([])
  expect(find('clock')).toMatchObject({ verdict: 'note', says: expect.stringContaining('a cache answered') })
})

test('two tenants are not two domains of one', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk] })
  const { failed } = await doctor([issuer.url, url])
  expect(failed).toMatchObject([
    { check: 'same tenant', says: `${issuer.url} and ${url} have different keys` },
  ])
})

const soon = () => Math.floor(Date.now() / 1000) + 3600

/** What is wrong with the token, and what the doctor says beside the verdict. */
const tokens: readonly (readonly [string, () => Promise<string>, object[], string])[] = [
  [
    'an ID token',
    () => issuer.token({ claims: { nonce: 'n' } }),
    [fail('typ', 'an ID token, by its claim nonce: n', 'send the access token, not the ID or refresh token')],
    '401 type_not_allowed: The token is not an access token',
  ],
  [
    'a typ of something else',
    () => issuer.token({ header: { typ: 'logout+jwt' } }),
    [
      fail(
        'typ',
        'typ logout+jwt is not at+jwt, JWT or none',
        'send the access token; if the issuer writes that typ into access tokens, set its tokenTypes',
      ),
    ],
    '401 type_not_allowed: The token is not an access token',
  ],
  [
    'a shared secret',
    async () => craft({ key: craftSecret('secret'), alg: 'HS256', claims: goodClaims({ iss: issuer.url }) }),
    [
      fail(
        'alg',
        'HS256 is not RS256',
        'let the issuer sign with RS256: neither none nor shared secrets are ever taken',
      ),
    ],
    '401 algorithm_not_allowed: The access token is signed with an algorithm that is not allowed',
  ],
  [
    'a custom domain that was not given',
    () => issuer.token({ issuer: issuer.customUrl }),
    [{ check: 'iss', says: expect.stringMatching(/^http:\/\/localhost:\d+\/ is not http:\/\/127/) }],
    '401 issuer_unknown: The access token is from an unknown issuer',
  ],
  [
    'another audience',
    () => issuer.token({ audience: `${messages}/` }),
    [
      fail(
        'aud',
        `${messages}/ is not ${messages}`,
        `the slash at the end counts: write the audience as ${messages}/`,
      ),
    ],
    '401 audience_mismatch: The access token is for another audience',
  ],
  [
    'userinfo as its audience',
    () => issuer.token({ audience: `${issuer.url}userinfo` }),
    [
      {
        check: 'aud',
        change: `a token for userinfo alone: name the audience in the token request; there: audience=${messages} or resource=${messages}, as the issuer has it (RFC 8707)`,
      },
    ],
    '401 audience_mismatch: The access token is for another audience',
  ],
  [
    'times ahead',
    () => issuer.token({ claims: { nbf: soon(), iat: soon() } }),
    [{ check: 'nbf' }, { check: 'iat', change: 'compare the clocks of this machine and of the issuer' }],
    '401 token_not_yet_valid: The access token is not valid yet',
  ],
  [
    'claims of a wrong form',
    () => issuer.token({ claims: { exp: '1', sub: 7 } }),
    [
      fail('exp', '1 is no number of seconds', 'let the issuer write it as a number'),
      { check: 'claims', says: 'sub must be a string, and is 7' },
    ],
    '401 claim_invalid: The access token has a missing or invalid claim',
  ],
  [
    'a binding',
    () => issuer.token({ claims: { cnf: { jkt: 'thumbprint' } } }),
    [
      {
        check: 'cnf',
        says: 'bound by cnf to {"jkt":"thumbprint"}: not good without that, as a bearer token',
      },
    ],
    '401 binding_unsupported: The access token is bound in a way this API does not support',
  ],
  [
    'a key of nobody',
    () => issuer.token({ header: { kid: 'gone' } }),
    [{ check: 'key', says: 'kid gone: the issuer has no such key for RS256' }],
    '401 key_unknown: The access token is signed with an unknown key',
  ],
  [
    'altered claims',
    async () => {
      const [header, , signature] = (await issuer.token()).split('.')
      const claims = Buffer.from(JSON.stringify(goodClaims({ iss: issuer.url }))).toString('base64url')
      return `${header}.${claims}.${signature}`
    },
    [{ check: 'signature', says: 'not made by that key over this header and these claims' }],
    '401 signature_invalid: The access token signature is invalid',
  ],
  [
    'a member that must be understood',
    () => issuer.token({ header: { crit: ['exp'] } }),
    [{ check: 'header', says: 'crit changes what a signature means: refused' }],
    '401 token_malformed: The access token is malformed',
  ],
  [
    'no form of a JWT',
    async () => 'opaque-token',
    [
      {
        check: 'form',
        change:
          'name the API in the token request, by audience=... or resource=..., as the issuer has it; for an issuer that gives no JWTs at all, turn on introspection',
      },
    ],
    '401 token_malformed: The access token is malformed',
  ],
]

test.each(tokens)('a token with %s is told so', async (_name, token, expected, verdict) => {
  const sent = await token()
  const { failed, stdout } = await doctor([issuer.url], sent)
  expect(failed).toMatchObject([...expected, refused(verdict)])
  expect(stdout).not.toContain(sent)
})

test('a wrong call is told in one line', async () => {
  const see = '(see require-auth doctor --help)'
  const [noIssuer, noAudience, twice, noToken] = await Promise.all([
    cli(['doctor', '--audience', messages]),
    cli(['doctor', '--issuer', issuer.url]),
    cli(['doctor', '--issuer', issuer.url, '--issuer', issuer.url, '--audience', messages]),
    cli(['doctor', '--issuer', issuer.url, '--audience', messages, '--token', '-']),
  ])
  const line = (text: string) => ({ code: 2, stdout: '', stderr: `require-auth doctor: ${text} ${see}\n` })
  expect(noIssuer).toEqual(line('--issuer is missing'))
  expect(noAudience).toEqual(line('--audience is missing'))
  const both = JSON.stringify([issuer.url, issuer.url])
  expect(twice).toEqual(line(`--issuer must be a list of different issuers, got ${both}`))
  expect(noToken).toEqual(line('the token is empty'))
})

test('--json begins with what a bug report needs: the versions of the package and of Node', async () => {
  const { stdout } = await doctor([issuer.url])
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const about = { 'express-require-auth': version, node: process.version }
  expect(Object.entries(JSON.parse(stdout))[0]).toEqual(['about', about])
})
