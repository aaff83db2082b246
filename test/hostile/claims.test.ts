import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { craft, craftedIssuer, craftKey, encode, goodClaims, seal, trusting } from '../craft.js'
import {
  answerOf,
  badClaim,
  expired,
  malformed,
  notYetValid,
  otherAudience,
  otherType,
  tokenRefused,
  unknownIssuer,
} from '../refused.js'
import { messages, mount } from '../setup.js'

const { privateKey: key, jwk } = craftKey()
const options = { issuer: trusting(jwk), audience: messages }
const { get } = mount(options)
const now = Date.UTC(2027, 0, 1) / 1000
const tooOld = tokenRefused('token_too_old', 'The access token is too old')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

type Members = Record<string, unknown>
const withClaims = (claims: Members, header: Members = {}) =>
  craft({ key, header, claims: goodClaims(claims) })
/** A claim whose JSON text no writer would write. */
const withRaw = (name: string, json: string) =>
  craft({ key, claims: JSON.stringify(goodClaims({ [name]: 'RAW' })).replace('"RAW"', json) })
const untyped = { typ: undefined }

test.each([
  ['in the future', 1],
  ['now', 0],
  ['as long ago as is tolerated, less a second', -4],
])('an exp %s is accepted', async (_, seconds) => {
  expect((await get(withClaims({ exp: now + seconds }))).status).toBe(200)
})

test.each([
  ['exactly as long ago as is tolerated (RFC 7519 §4.1.4)', -5],
  ['a day ago', -86_400],
  ['before 1970', -now - 1],
])('an exp %s means the token expired', async (_, seconds) => {
  expect(answerOf(await get(withClaims({ exp: now + seconds })))).toEqual(expired)
})

test('a remembered token is refused from the very second it expires', async () => {
  const token = withClaims({ exp: now + 10 })
  expect((await get(token)).status).toBe(200)
  vi.setSystemTime((now + 14.999) * 1000)
  expect((await get(token)).status).toBe(200)
  vi.setSystemTime((now + 15) * 1000)
  expect(answerOf(await get(token))).toEqual(expired)
})

test('without tolerance exp ends the token to the millisecond', async () => {
  const { get: ask } = mount({ ...options, clockToleranceSeconds: 0, cache: false })
  const token = withClaims({ exp: now + 1 })
  vi.setSystemTime((now + 0.999) * 1000)
  expect((await ask(token)).status).toBe(200)
  vi.setSystemTime((now + 1) * 1000)
  expect(answerOf(await ask(token))).toEqual(expired)
})

test.each([
  ['nbf', 5],
  ['iat', 60],
])('a %s in the future is accepted only within its tolerance of %d seconds', async (name, tolerance) => {
  expect((await get(withClaims({ [name]: now + tolerance }))).status).toBe(200)
  expect(answerOf(await get(withClaims({ [name]: now + tolerance + 1 })))).toEqual(notYetValid)
})

test('a fraction of a second counts in exp, and never in favour of nbf', async () => {
  vi.setSystemTime((now + 0.9) * 1000)
  expect((await get(withClaims({ exp: now - 4.05 }))).status).toBe(200)
  expect(answerOf(await get(withClaims({ exp: now - 4.15 })))).toEqual(expired)
  expect(answerOf(await get(withClaims({ nbf: now + 5.5 })))).toEqual(notYetValid)
})

test('a token older than maxTokenAgeSeconds is too old, though not expired', async () => {
  const { get: ask } = mount({ ...options, maxTokenAgeSeconds: 60 })
  expect((await ask(withClaims({ iat: now - 64 }))).status).toBe(200)
  expect(answerOf(await ask(withClaims({ iat: now - 65 })))).toEqual(tooOld)
})

test('a remembered token is refused once it is too old', async () => {
  const { get: ask } = mount({ ...options, maxTokenAgeSeconds: 60 })
  const token = withClaims({})
  expect((await ask(token)).status).toBe(200)
  vi.setSystemTime((now + 65) * 1000)
  expect(answerOf(await ask(token))).toEqual(tooOld)
})

test('maxTokenAgeSeconds demands iat', async () => {
  const { get: ask } = mount({ ...options, maxTokenAgeSeconds: 60 })
  expect(answerOf(await ask(withClaims({ iat: undefined })))).toEqual(badClaim)
})

const noTimes = ['"1798761600"', 'null', 'true', '[1798761600]', '{}', '""', '1e999', '-1e999']
const cases = (names: string[], texts: string[]) => names.flatMap((name) => texts.map((text) => [name, text]))

test.each(cases(['exp', 'nbf', 'iat'], noTimes))('%s %s is no time (RFC 7519 §2)', async (name, text) => {
  expect(answerOf(await get(withRaw(name as string, text as string)))).toEqual(badClaim)
})

test('a token without exp is refused', async () => {
  expect(answerOf(await get(withClaims({ exp: undefined })))).toEqual(badClaim)
})

test.each(['NaN', 'Infinity', '0x7fffffff', '01798761600', '+1', '1_000', '1.', '.5'])(
  'exp %s is no JSON',
  async (text) => {
    expect(answerOf(await get(withRaw('exp', text)))).toEqual(malformed)
  },
)

test.each(['1e308', '9007199254740993', '1.7987652e9', '1798765200.5'])(
  'exp %s is a number',
  async (text) => {
    expect((await get(withRaw('exp', text))).status).toBe(200)
  },
)

test.each([
  ...['sub', 'jti'].flatMap((name) =>
    [7, true, ['text'], { toString: 'text' }].map((value) => [name, value]),
  ),
  ...[7, true, { toString: 'text' }].map((value) => ['scope', value]),
])('%s %j is no text', async (name, value) => {
  expect(answerOf(await get(withClaims({ [name as string]: value })))).toEqual(badClaim)
})

test.each(['sub', 'jti', 'client_id', 'azp', 'scope', 'scp', 'permissions', 'acr', 'sid', 'aud_of_none'])(
  '%s null counts as absent',
  async (name) => {
    expect((await get(withClaims({ [name]: null }))).status).toBe(200)
  },
)

test.each(
  ['client_id', 'azp', 'acr', 'sid', 'auth_time', 'permissions', 'amr', 'groups'].flatMap((name) =>
    [7, 'text', true, ['text', 7], { toString: 'text' }].map((value) => [name, value]),
  ),
)('%s %j refuses nothing on a route that does not look at it', async (name, value) => {
  expect((await get(withClaims({ [name as string]: value }))).status).toBe(200)
})

test.each([[7], [true], [{}], [['read:messages', 7]], [[['read:messages']]], [[null]]])(
  'scope and scp of form %j are refused',
  async (value) => {
    expect(answerOf(await get(withClaims({ scp: value })))).toEqual(badClaim)
    expect(answerOf(await get(withClaims({ scope: value })))).toEqual(badClaim)
  },
)

test.each([
  [''],
  ['https://login.northwind.com'],
  ['https://login.northwind.com//'],
  ['https://login.northwind.com/x'],
  ['https://login.northwind.com/?'],
  ['https://login.northwind.com/#'],
  ['https://LOGIN.northwind.com/'],
  ['HTTPS://login.northwind.com/'],
  ['http://login.northwind.com/'],
  ['https://login.northwind.com:443/'],
  ['https://login.northwind.com/\0'],
  [' https://login.northwind.com/'],
  ['https://login.northwind.com/ '],
  ['https://login.northwind.com.evil.example/'],
  ['https://login.northwind.com@evil.example/'],
  ['https://login.northwınd.com/'],
  ['login.northwind.com'],
  ['__proto__'],
  [7],
  [null],
  [[craftedIssuer]],
  [{ toString: craftedIssuer }],
  [undefined],
])('iss %j is not the configured issuer (RFC 9068 §4)', async (iss) => {
  expect(answerOf(await get(withClaims({ iss })))).toEqual(unknownIssuer)
})

test.each([
  [messages],
  [[messages]],
  [['https://files.northwind.com', messages]],
  [[messages, 'https://northwind.example/userinfo']],
])('aud %j holds this API', async (aud) => {
  expect((await get(withClaims({ aud }))).status).toBe(200)
})

test.each([
  [undefined],
  [null],
  [''],
  [[]],
  [7],
  [true],
  [{ 0: messages, length: 1 }],
  [[[messages]]],
  [[messages, 7]],
  [[null, messages]],
  [`${messages}/`],
  [` ${messages}`],
  [`${messages} `],
  [`${messages} https://files.northwind.com`],
  [`${messages},https://files.northwind.com`],
  ['https://messages.northwind.co'],
  ['https://messages.northwind.com.evil.example'],
  ['HTTPS://MESSAGES.NORTHWIND.COM'],
  ['*'],
  ['https://files.northwind.com'],
])('aud %j is another audience (RFC 7519 §4.1.3)', async (aud) => {
  expect(answerOf(await get(withClaims({ aud })))).toEqual(otherAudience)
})

test.each([
  undefined,
  'JWT',
  'jwt',
  'at+jwt',
  'AT+JWT',
  'application/at+jwt',
  'Application/At+Jwt',
  'application/jwt',
])('typ %j is that of an access token (RFC 8725 §3.11)', async (typ) => {
  expect((await get(withClaims({}, { typ }))).status).toBe(200)
})

test.each([
  '',
  'dpop+jwt',
  'logout+jwt',
  'secevent+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'JOSE',
  'at+jwt ',
  'at-jwt',
  'text/at+jwt',
  'application/at+jwt; charset=utf-8',
  'xat+jwt',
  'application/application/at+jwt',
  null,
  7,
  ['at+jwt'],
])('typ %j is that of another JWT (RFC 9068 §4)', async (typ) => {
  expect(answerOf(await get(withClaims({}, { typ })))).toEqual(otherType)
})

const logout = { 'http://schemas.openid.net/event/backchannel-logout': {} }

test.each<[string, Members]>([
  ['an ID token with nonce', { nonce: 'n-0S6_WzA2Mj' }],
  ['an ID token of the hybrid flow', { at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng', c_hash: 'LDktKdoQak3Pk0cnXxCltA' }],
  ['an ID token with s_hash', { s_hash: 'LDktKdoQak3Pk0cnXxCltA' }],
  ['a logout token', { events: logout, sid: 'session' }],
  ['a security event token', { events: { 'https://schemas.openid.net/secevent/risc': {} } }],
  ['an introspection answer', { token_introspection: { active: true } }],
  ['a DPoP proof', { htm: 'GET', htu: 'https://messages.northwind.com/' }],
  ['a foreign claim set to null', { nonce: null }],
])('%s under a common typ is no access token (RFC 8725 §3.12)', async (_, claims) => {
  for (const typ of [undefined, 'JWT']) {
    expect(answerOf(await get(withClaims(claims, { typ })))).toEqual(otherType)
  }
})

test('an ID token for the client itself is for another audience', async () => {
  expect(answerOf(await get(withClaims({ aud: 'messages-web', nonce: undefined }, untyped)))).toEqual(
    otherAudience,
  )
})

const strict = mount({ ...options, profile: 'rfc9068' })

test('the profile takes a complete access token (RFC 9068 §2)', async () => {
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT']) {
    expect((await strict.get(withClaims({}, { typ }))).status).toBe(200)
  }
})

test.each([undefined, 'JWT', 'jwt', 'application/jwt', 'dpop+jwt', null])(
  'the profile refuses typ %j (RFC 9068 §4)',
  async (typ) => {
    expect(answerOf(await strict.get(withClaims({}, { typ })))).toEqual(otherType)
  },
)

test.each(['exp', 'sub', 'client_id', 'iat', 'jti'])(
  'the profile demands %s (RFC 9068 §2.2)',
  async (name) => {
    expect(answerOf(await strict.get(withClaims({ [name]: undefined })))).toEqual(badClaim)
  },
)

test('the profile demands iss and aud (RFC 9068 §2.2)', async () => {
  expect(answerOf(await strict.get(withClaims({ iss: undefined })))).toEqual(unknownIssuer)
  expect(answerOf(await strict.get(withClaims({ aud: undefined })))).toEqual(otherAudience)
})

test('without the profile sub, client_id, iat, jti and scope may be absent', async () => {
  const claims = { sub: undefined, client_id: undefined, iat: undefined, jti: undefined, scope: undefined }
  const response = await get(withClaims(claims))
  expect([response.status, response.body]).toEqual([200, { subject: null }])
})

test('claims of a token that is nothing but claims name no issuer', async () => {
  const token = seal(`${encode({ alg: 'RS256', kid: 'crafted' })}.${encode({})}`, key)
  expect(answerOf(await get(token))).toEqual(unknownIssuer)
})

test('a token longer than 16 KiB needs maxTokenBytes, which is the longest that is taken', async () => {
  const token = withClaims({
    groups: Array.from({ length: 700 }, (_, n) => `a group with a long name, number ${n}`),
  })
  expect(token.length).toBeGreaterThan(16_384)
  const verify = (maxTokenBytes?: number) =>
    mount({ ...options, ...(maxTokenBytes && { maxTokenBytes }) }).auth.verify(token)
  await expect(verify()).rejects.toMatchObject({ code: 'token_too_large' })
  await expect(verify(token.length - 1)).rejects.toMatchObject({ code: 'token_too_large' })
  await expect(verify(token.length)).resolves.toMatchObject({ subject: 'auth0|ada' })
})
