import { expect, test } from 'vitest'
import { tokenForm } from '../../src/command/token-form.js'
import { type Content, encode } from '../craft.js'
import { cli } from './run-cli.js'

/** Header and claims as they are given, and a signature of nobody. */
const tokenOf = (header: Content, claims: Content) => `${encode(header)}.${encode(claims)}.AAAA`

const now = Math.floor(Date.now() / 1000)

test('every member is explained in plain words, and marked as unverified', async () => {
  const header = { alg: 'RS256', typ: 'at+jwt', kid: 'k1', jku: 'https://evil.example/' }
  const claims = {
    iss: 'https://login.northwind.com/',
    sub: 'worker@clients',
    aud: ['https://messages.northwind.com', 'https://login.northwind.com/userinfo'],
    iat: 1767225600,
    exp: 1767312000,
    nbf: 'soon',
    scope: 'read:messages write:messages',
    azp: 'worker',
    gty: 'client-credentials',
    cnf: { jkt: 'thumbprint' },
    'https://northwind.com/plan': 'gold',
    shoe: 44,
  }
  const { code, stdout, stderr } = await cli(['inspect', tokenOf(header, claims)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.replaceAll(/\d+ days( \d+ hours?)? ago/g, 'LONG ago')).toBe(
    `UNVERIFIED: anyone can have written this. No signature was checked.

Header
  alg  RS256
       signed with RS256: an RSA signature (PKCS #1 v1.5)
  typ  at+jwt
       an access token of RFC 9068
  kid  k1
       names the key in the issuer's key set
  jku  https://evil.example/
       an address for keys, chosen by the sender: never followed

Claims
  iss                         https://login.northwind.com/
                              issuer: who says that it made the token
  sub                         worker@clients
                              subject: the client itself, no user
  aud                         ["https://messages.northwind.com","https://login.northwind.com/userinfo"]
                              audience: the 2 recipients it is for, userinfo of the issuer among them
  iat                         1767225600
                              issued 2026-01-01T00:00:00+00:00, LONG ago
  exp                         1767312000
                              expired 2026-01-02T00:00:00+00:00, LONG ago
  nbf                         soon
                              must be a number of seconds since 1970, which this is not
  scope                       read:messages write:messages
                              2 scopes granted
  azp                         worker
                              authorized party: the client that asked for the token
  gty                         client-credentials
                              grant type: client credentials, a client on its own behalf
  cnf                         {"jkt":"thumbprint"}
                              bound to a DPoP key: good only with a proof of it (RFC 9449)
  https://northwind.com/plan  gold
                              added by the tenant, under its own name
  shoe                        44
                              a claim of the issuer's own
`,
  )
})

test('--json is for programs, stdin for tokens that stay out of the history, and times are local', async () => {
  const token = tokenOf({ alg: 'none' }, { exp: now + 7290 })
  const { code, stdout } = await cli(['inspect', '--json'], {
    stdin: `${token}\n`,
    env: { TZ: 'Asia/Kolkata' },
  })
  const answer = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(answer).toEqual({
    verified: false,
    form: 'jwt',
    header: { alg: 'none' },
    claims: { exp: now + 7290 },
    meanings: {
      header: { alg: 'signed with nothing at all: anyone can have made it, and requireAuth refuses it' },
      claims: { exp: expect.stringMatching(/^expires \S+T\S+\+05:30, in 2 hours( 1 minute)?$/) },
    },
  })
  const [, time = ''] = answer.meanings.claims.exp.match(/ (\S+),/)
  expect(Date.parse(time) / 1000).toBe(now + 7290)
})

test('a token cannot drive the terminal', async () => {
  const claims = { sub: '\u001b]0;owned\u0007\u009b2J', 'k\u202e\n': '\u{e0041}\u2028' }
  const token = tokenOf({ alg: '\u001b[31m', typ: 'constructor' }, claims)
  const [text, json] = await Promise.all([cli(['inspect', token]), cli(['inspect', token, '--json'])])
  expect(text.stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u)
  expect(text.stdout).toContain('sub            \\u001b]0;owned\\u0007\\u009b2J\n')
  expect(text.stdout).toContain('k\\u202e\\u000a  \\udb40\\udc41\\u2028\n')
  expect(text.stdout).toContain('typ  constructor\n       not a type of access tokens')
  expect(json.stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u)
  expect(JSON.parse(json.stdout).claims).toEqual(claims)
})

test('an opaque token says nothing', async () => {
  const { code, stdout } = await cli(['inspect', 'mF_9.B5f-4.1JqM.x7'])
  expect(code).toBe(0)
  expect(stdout).toContain('an opaque token: it says nothing by itself')
})

const deep = `{"a":${'['.repeat(40)}${']'.repeat(40)}}`
const malformed: readonly (readonly [string, string])[] = [
  ['Bearer abc', 'it begins with the scheme "Bearer": give the token alone'],
  ['abc\ndef', 'it holds white space: was it broken over several lines?'],
  ['ab\u001bc', 'it holds "\\u001b" at position 3, which no token may'],
  [`${tokenOf('{}', '{}')}.BB`, 'it has 4 parts between dots, and a JWT has three'],
  [
    `${tokenOf('{}', '{}')}.BB.CC`,
    'it is encrypted (a JWE, five parts): only its recipient can read it, and requireAuth does not',
  ],
  [`${encode('{}')}.${encode('{}')}.`, 'the signature is empty: the token is not signed'],
  [`${tokenOf('{}', '{}')}A`, 'the signature ends within a byte: was the token cut off or added to?'],
  [`e30=.e30.AAAA`, 'the header has padding ("="), which base64url in tokens has not'],
  [`e30.a+/b.AAAA`, 'the claims holds "+", which is no base64url'],
  [`_w.e30.AAAA`, 'the header is not UTF-8'],
  [tokenOf('{}', '{"a":'), 'the claims is not JSON'],
  [tokenOf('[]', '{}'), 'the header is JSON, but no object'],
  [tokenOf('{}', '{"a":1,"\\u0061":2}'), 'the claims names a member twice, which parsers read differently'],
  [tokenOf('{}', deep), 'the claims is nested deeper than 32 levels'],
]

test.each(malformed)('what is wrong with %j is said', (token, fault) => {
  expect(tokenForm(token)).toEqual({ form: 'malformed', fault })
})

test('a malformed token is told in one line', async () => {
  const stderr =
    'require-auth inspect: this is no well-formed token: it holds "\\u001b" at position 3, which no token may\n'
  expect(await cli(['inspect', 'ab\u001bc'])).toEqual({ code: 1, stdout: '', stderr })
})

test('no token at all is a wrong call', async () => {
  const stderr = 'require-auth inspect: the token is missing (see require-auth inspect --help)\n'
  expect(await cli(['inspect'])).toEqual({ code: 2, stdout: '', stderr })
})

test('more than a token is not read', async () => {
  const stderr = 'require-auth inspect: stdin holds more than 65536 bytes\n'
  expect(await cli(['inspect'], { stdin: 'x'.repeat(100_000) })).toEqual({ code: 1, stdout: '', stderr })
})
