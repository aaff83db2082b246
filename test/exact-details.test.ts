import { type RefusalDetails, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { craft, craftedIssuer, craftKey, goodClaims, trusting } from './craft.js'
import { messages } from './setup.js'

type Json = Record<string, unknown>

const { privateKey: key, jwk } = craftKey()
const now = 1_700_000_000
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 }))
afterEach(() => void vi.useRealTimers())

const otherToken = 'send the access token, not the ID or refresh token'
const clocks = 'compare the clocks of this machine and of the issuer'
const nameIt = 'name the audience in the token request, or set audience: { claim, values }'
const opaque = 'an opaque token: ask for one with audience=..., or turn on introspection'
const onlyRs256 = 'let the issuer sign with RS256: neither none nor shared secrets are ever taken'
const bind = 'turn on dpop for jkt, mtls for x5t#S256'
const rfc9068 = (claim: string) => ({ claim, expected: 'present (profile rfc9068)', received: 'nothing' })

async function detailsOf(token: string, options: Partial<RequireAuthOptions> = {}) {
  const auth = requireAuth({ issuer: trusting(jwk), audience: messages, ...options })
  const error = await auth.verify(token).catch((reason) => reason)
  const { unverified, ...details } = error.details
  expect(unverified).toBe('received' in details ? true : undefined)
  return details
}

test.each<[string, RefusalDetails]>([
  ['opaque', { expected: 'a signed JWT', hint: opaque }],
  ['a.b', { expected: 'a signed JWT', hint: opaque }],
  ['a.b.c.d', { expected: 'a signed JWT', hint: opaque }],
  ['a.b.c.d.e.f', { expected: 'a signed JWT', hint: opaque }],
  ['a.b.', { expected: 'three parts of base64url' }],
  ['a.b.c.d.e', { expected: 'a signed JWT', hint: 'an encrypted token (JWE): ask for a signed one' }],
])('of the token %s that is no JWS', async (token, wanted) => {
  expect(await detailsOf(token)).toEqual(wanted)
})

test.each<[Json, RefusalDetails]>([
  [{ kid: '' }, { header: 'kid', expected: '1 to 256 printable characters', received: '' }],
  [{ kid: 5 }, { header: 'kid', expected: '1 to 256 printable characters', received: '5' }],
  [{ kid: 'a\nb' }, { header: 'kid', expected: '1 to 256 printable characters', received: 'a\\u000ab' }],
  ...['crit', 'b64', 'zip', 'enc'].map((header): [Json, RefusalDetails] => [
    { [header]: false },
    { header, expected: 'absent', received: 'false' },
  ]),
  [{ alg: 'none' }, { header: 'alg', expected: 'RS256', received: 'none', hint: onlyRs256 }],
  [{ typ: 'logout+jwt' }, { header: 'typ', expected: 'at+jwt, JWT or none', received: 'logout+jwt' }],
])('of the header %o', async (header, wanted) => {
  expect(await detailsOf(craft({ key, header, alg: 'RS256' }))).toEqual(wanted)
})

test('of an algorithm where several are allowed', async () => {
  const algorithms: RequireAuthOptions['algorithms'] = ['ES256', 'ES384']
  const hint = "algorithms: ['RS256'] would take it"
  expect(await detailsOf(craft({ key }), { algorithms })).toEqual({
    header: 'alg',
    expected: 'ES256 or ES384',
    received: 'RS256',
    hint,
  })
})

const six = ['a', 'b', 'c', 'd', 'e', 'f']

test.each<[Json, RefusalDetails, Partial<RequireAuthOptions>?]>([
  ...['exp', 'nbf', 'iat'].map((claim): [Json, RefusalDetails] => [
    { [claim]: null },
    { claim, expected: 'a number of epoch seconds', received: 'null' },
  ]),
  ...['sub', 'jti'].map((claim): [Json, RefusalDetails] => [
    { [claim]: 5 },
    { claim, expected: 'a string', received: '5' },
  ]),
  ...['scope', 'scp'].map((claim): [Json, RefusalDetails] => [
    { [claim]: 5 },
    { claim, expected: 'a string or a list of strings', received: '5' },
  ]),
  [{ exp: now - 5 }, { claim: 'exp', expected: `later than ${now - 5}`, received: `${now - 5}` }],
  [{ nbf: now + 6 }, { claim: 'nbf', expected: `at most ${now + 5}`, received: `${now + 6}`, hint: clocks }],
  [
    { iat: now + 61 },
    { claim: 'iat', expected: `at most ${now + 60}`, received: `${now + 61}`, hint: clocks },
  ],
  [
    { iat: undefined },
    { claim: 'iat', expected: 'no more than 60 s ago', received: 'nothing' },
    { maxTokenAgeSeconds: 60 },
  ],
  [{ cnf: { jkt: 'a' } }, { claim: 'cnf', expected: 'no binding', received: '{"jkt":"a"}', hint: bind }],
  [
    { cnf: { jwk: {} } },
    { claim: 'cnf', expected: 'jkt, x5t#S256', received: '{"jwk":{}}', hint: bind },
    { dpop: {}, mtls: {} },
  ],
  ...[null, 'text', {}, { 'kc-jkt-type': 'dpop' }, { jkt: 5 }, { jkt: '' }, { jkt: 'a', jwk: {} }].map(
    (cnf): [Json, RefusalDetails, Partial<RequireAuthOptions>] => [
      { cnf },
      {
        claim: 'cnf',
        expected: 'jkt',
        received: typeof cnf === 'string' ? cnf : JSON.stringify(cnf),
        hint: bind,
      },
      { dpop: {} },
    ],
  ),
  [{ aud: undefined }, { claim: 'aud', expected: messages, received: 'nothing', hint: nameIt }],
  [{ aud: null }, { claim: 'aud', expected: messages, received: 'null' }],
  [
    { aud: `${craftedIssuer}userinfo` },
    {
      claim: 'aud',
      expected: messages,
      received: `${craftedIssuer}userinfo`,
      hint: 'a token for userinfo alone: name the audience in the token request',
    },
  ],
  [
    { aud: 'x' },
    { claim: 'aud', expected: 'a or b or c or d or e', received: 'x' },
    { audience: six.slice(0, 5) },
  ],
  [
    { aud: 'x' },
    { claim: 'aud', expected: 'a or b or c or d or e or one of 1 others', received: 'x' },
    { audience: six },
  ],
  [
    { aud: ['x', messages.toUpperCase()] },
    {
      claim: 'aud',
      expected: messages,
      received: JSON.stringify(['x', messages.toUpperCase()]),
      hint: 'upper and lower case count',
    },
  ],
  [
    { aud: messages.replace('https', 'http') },
    {
      claim: 'aud',
      expected: messages,
      received: messages.replace('https', 'http'),
      hint: 'scheme and port count',
    },
  ],
  [
    { azp: 'app', aud: 'x' },
    { claim: 'aud', expected: 'none, beside azp', received: 'x' },
    { audience: { claim: 'azp', values: ['app'] } },
  ],
  [
    { aud: null, azp: 'x' },
    { claim: 'azp', expected: 'app', received: 'x' },
    { audience: { claim: 'azp', values: ['app'] } },
  ],
  ...[5, 6].map((place): [Json, RefusalDetails] => {
    const aud = [...six.slice(0, place - 1), `${messages}/`]
    const hint = place === 5 && { hint: 'the slash at the end counts' }
    return [{ aud }, { claim: 'aud', expected: messages, received: JSON.stringify(aud), ...hint }]
  }),
  [
    { token_use: 'id' },
    { claim: 'token_use', expected: 'the mark of an access token', received: 'id', hint: otherToken },
  ],
  ...['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'token_introspection', 'htm', 'htu'].map(
    (claim): [Json, RefusalDetails] => [
      { [claim]: 'x' },
      { claim, expected: 'no claim of ID tokens and the like', received: 'x', hint: otherToken },
    ],
  ),
])('of the claims %o', async (claims, wanted, options) => {
  const token = craft({ key, header: { typ: 'JWT' }, claims: goodClaims(claims) })
  expect(await detailsOf(token, options)).toEqual(wanted)
})

test.each(['sub', 'client_id', 'iat', 'jti'])('of a token without %s under RFC 9068', async (claim) => {
  const claims = goodClaims({ client_id: 'app', jti: 'one', [claim]: undefined })
  const token = craft({ key, header: { typ: 'at+jwt' }, claims })
  expect(await detailsOf(token, { profile: 'rfc9068' })).toEqual(rfc9068(claim))
})

test.each<[Json, string, string]>([
  [{ sub: null }, 'sub', 'null'],
  [{ client_id: null }, 'client_id', 'null'],
  [{ client_id: 5 }, 'client_id', '5'],
  [{ jti: null }, 'jti', 'null'],
])('of the claims %o under RFC 9068', async (changes, claim, received) => {
  const claims = goodClaims({ client_id: 'app', jti: 'one', ...changes })
  expect(await detailsOf(craft({ key, claims }), { profile: 'rfc9068' })).toEqual({
    ...rfc9068(claim),
    received,
  })
})

test('of a token of another type under RFC 9068', async () => {
  const wanted = { header: 'typ', expected: 'at+jwt (profile rfc9068)', received: 'JWT' }
  expect(await detailsOf(craft({ key, header: { typ: 'JWT' } }), { profile: 'rfc9068' })).toEqual(wanted)
})

test('of a claim of other kinds where those of ID tokens are allowed', async () => {
  const issuer = { ...trusting(jwk), allowIdTokenClaims: true }
  const token = craft({ key, header: { typ: 'JWT' }, claims: goodClaims({ nonce: 'x', events: {} }) })
  const wanted = { claim: 'events', expected: 'no claim of ID tokens and the like', received: '{}' }
  expect(await detailsOf(token, { issuer })).toEqual({ ...wanted, hint: otherToken })
})

const long = `https://messages.northwind.com/${'a'.repeat(269)}`

test.each<[string | string[], string, string | undefined]>([
  ['https://messages.northwind.com', 'https://messages.northwind.com/', 'the slash at the end counts'],
  ['https://messages.northwind.com/', 'https://messages.northwind.com', 'the slash at the end counts'],
  ['messages.northwind.com', 'https://messages.northwind.com', 'scheme and port count'],
  ['http://messages.northwind.com/', 'messages.northwind.com', 'scheme and port count'],
  ['https://messages.northwind.com', 'https://messages.northwind.com:443', 'scheme and port count'],
  ['https://messages.northwind.com:8443/v1', 'https://messages.northwind.com/v1', 'scheme and port count'],
  ['https://messages.northwind.com:65535/', 'https://messages.northwind.com', 'scheme and port count'],
  ['https://messages.northwind.com', 'https://messages.northwind.com:655350', undefined],
  ['https://messages.northwind.com', 'https://messages.northwind.com:v1', undefined],
  ['https://messages.northwind.com/v', 'https://messages.northwind.com/v:1', undefined],
  ['https://messages.northwind.com:443', 'https://tickets.northwind.com:443', undefined],
  ['urn:messages', 'urn:https://messages', undefined],
  [long, `${long}/`, undefined],
  [long.slice(1), `${long.slice(1)}/`, 'the slash at the end counts'],
  [Array.from({ length: 50 }, (_, i) => `a${i}`), 'A49', 'upper and lower case count'],
  [Array.from({ length: 51 }, (_, i) => `a${i}`), 'A50', undefined],
])('of the setting %s and the audience %s', async (audience, aud, hint) => {
  const { hint: told } = await detailsOf(craft({ key, claims: goodClaims({ aud }) }), { audience })
  expect(told).toBe(hint)
})

test.each([
  ['a'.repeat(200), 'a'.repeat(200)],
  ['a'.repeat(201), `${'a'.repeat(200)}... (201 characters)`],
  ['\u{e0001}\u202e', '\\udb40\\udc01\\u202e'],
])('of the audience %j, written on one line', async (aud, received) => {
  expect(await detailsOf(craft({ key, claims: goodClaims({ aud }) }))).toMatchObject({ received })
})

test('of a token beyond maxTokenBytes, while one of just that length is read', async () => {
  const hint = 'put fewer claims into the token, or raise maxTokenBytes'
  const wanted = { expected: 'at most 5 bytes', received: '6 bytes', hint }
  const auth = requireAuth({ issuer: trusting(jwk), audience: messages, maxTokenBytes: 5 })
  await expect(auth.verify('a.b.cd')).rejects.toMatchObject({ code: 'token_too_large', details: wanted })
  await expect(auth.verify('a.b.c')).rejects.toMatchObject({ code: 'token_malformed' })
})

test.each([undefined, null, 5, ''])('%s is no token to verify', async (token) => {
  const auth = requireAuth({ issuer: trusting(jwk), audience: messages })
  await expect(auth.verify(token as never)).rejects.toMatchObject({ code: 'token_missing' })
})

const boundToHost = (issuer: RequireAuthOptions['issuer']) =>
  requireAuth({ issuer, audience: messages, bindIssuerToHost: true })

test.each([
  [undefined, 'an issuer on the host of the request, which has none'],
  [{ method: 'GET', url: '/messages' }, 'an issuer on the host of the request, which has none'],
  [{ method: 'GET', url: 'https://api.northwind.com/' }, 'an issuer on api.northwind.com'],
])('of an issuer that is not where the request %o went', async (evidence, expected) => {
  await expect(boundToHost(trusting(jwk)).verify(craft({ key }), evidence as never)).rejects.toMatchObject({
    code: 'issuer_host_mismatch',
    details: { claim: 'iss', expected, received: craftedIssuer, unverified: true },
  })
})

test('a name that a function trusts is on no host', async () => {
  const auth = boundToHost(() => ({ ...trusting(jwk), issuer: 'northwind' }))
  const token = craft({ key, claims: goodClaims({ iss: 'northwind' }) })
  for (const url of ['https://northwind/', 'northwind'])
    await expect(auth.verify(token, { method: 'GET', url })).rejects.toMatchObject({
      code: 'issuer_host_mismatch',
    })
})

const notReturned = 'one that the issuer function returns'

test.each<[unknown, (iss: string) => unknown, string]>([
  ['a b', (iss) => iss, 'an issuer URL'],
  [craftedIssuer, () => undefined, notReturned],
  [craftedIssuer, () => null, notReturned],
  [craftedIssuer, () => 'https://login.eastwind.com/', 'https://login.eastwind.com/'],
  [5, (iss) => iss, 'a string'],
])('of the issuer %s that a function does not trust', async (iss, issuer, expected) => {
  const wanted = { claim: 'iss', expected, received: String(iss) }
  const token = craft({ key, claims: goodClaims({ iss }) })
  expect(await detailsOf(token, { issuer: issuer as never })).toEqual(wanted)
})

test('a type of the issuer’s own is the same in capitals (RFC 7515 §4.1.9)', async () => {
  const issuer = { ...trusting(jwk), tokenTypes: ['Northwind+JWT'] }
  const auth = requireAuth({ issuer, audience: messages })
  for (const typ of ['Northwind+JWT', 'northwind+jwt', 'NORTHWIND+JWT'])
    await expect(auth.verify(craft({ key, header: { typ } }))).resolves.toHaveProperty('token')
})
