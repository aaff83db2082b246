import type express from 'express'
import { expect, test } from 'vitest'
import { craft, craftedIssuer, craftKey, goodClaims, trusting } from '../craft.js'
import { answerOf, malformedCredentials, missing, repeatedCredentials, tokenRefused } from '../refused.js'
import { messages, mount } from '../setup.js'
import { type RawAnswer, rawRequest } from './raw-request.js'

const { privateKey: key, jwk } = craftKey()
const options = { issuer: trusting(jwk), audience: messages }
const { app, getWith, get } = mount(options)
const token = craft({ key })

const raw = async (...fields: string[]) => rawRequest(app, ['GET / HTTP/1.1', ...fields])
const answerOfRaw = ({ status, headers, body }: RawAnswer) =>
  answerOf({ status, headers: headers as Record<string, string>, text: body })

test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
  'the scheme %s is Bearer (RFC 9110 §11.1)',
  async (scheme) => {
    expect((await getWith(`${scheme} ${token}`)).status).toBe(200)
  },
)

test.each([1, 2, 100])('%i spaces may stand behind the scheme (RFC 6750 §2.1)', async (count) => {
  expect((await getWith(`Bearer${' '.repeat(count)}${token}`)).status).toBe(200)
})

test.each(['Authorization', 'AUTHORIZATION', 'authorization', 'aUTHORIZATION'])(
  'a header field named %s is read',
  async (name) => {
    expect((await raw(`${name}: Bearer ${token}`)).status).toBe(200)
  },
)

test.each([
  ['no header', []],
  ['an empty header', ['Authorization:']],
  ['a header of spaces', ['Authorization:    ']],
  ['Basic credentials', ['Authorization: Basic YWRhOnNlY3JldA==']],
  ['DPoP credentials where they are off', [`Authorization: DPoP ${token}`]],
  ['a token without scheme', [`Authorization: ${token}`]],
  ['a scheme that starts like Bearer', [`Authorization: Bearers ${token}`]],
  ['a scheme that goes on behind Bearer', [`Authorization: Bearer-Token ${token}`]],
  ['a scheme with a dot', [`Authorization: Bearer.x ${token}`]],
  ['a scheme that ends in Bearer', [`Authorization: xBearer ${token}`]],
  ['a quoted scheme', [`Authorization: "Bearer" ${token}`]],
  ['the token in a header of another name', [`X-Authorization: Bearer ${token}`]],
  ['the token for a proxy', [`Proxy-Authorization: Bearer ${token}`]],
  ['the token in a cookie', [`Cookie: access_token=${token}; Authorization=Bearer ${token}`]],
])('%s gets a bare challenge without error code (RFC 6750 §3.1)', async (_, fields) => {
  expect(answerOfRaw(await raw(...fields))).toEqual(missing)
})

test.each([
  ['a scheme alone', 'Bearer'],
  ['a scheme and spaces', 'Bearer    '],
  ['a tab behind the scheme', `Bearer\t${token}`],
  ['a space and a tab', `Bearer \t${token}`],
  ['no space behind the scheme', `Bearer=${token}`],
  ['a comma behind the scheme', `Bearer, ${token}`],
  ['a quoted token', `Bearer "${token}"`],
  ['an auth-param', `Bearer token="${token}"`],
  ['an auth-param behind the token', `Bearer ${token}, realm="api"`],
  ['two tokens', `Bearer ${token} ${token}`],
  ['credentials joined with a comma', `Bearer ${token}, Bearer ${token}`],
  ['credentials joined without a space', `Bearer ${token},Bearer ${token}`],
  ['Basic credentials joined behind', `Bearer ${token}, Basic YWRhOnNlY3JldA==`],
  ['a word behind the token', `Bearer ${token} junk`],
  ['a comma behind the token', `Bearer ${token},`],
  ['a semicolon behind the token', `Bearer ${token};`],
  ['the scheme twice', `Bearer Bearer ${token}`],
  ['padding in the middle', `Bearer a=b.c.d`],
  ['only padding', 'Bearer ==='],
  ['an undefined of some client', 'Bearer {undefined}'],
  ['a no-break space', `Bearer\u00a0${token}`],
  ['bytes beyond ASCII', 'Bearer \u00ff\u00fe'],
])('%s makes a malformed Bearer header (RFC 6750 §2.1)', async (_, authorization) => {
  expect(answerOfRaw(await raw(`Authorization: ${authorization}`))).toEqual(malformedCredentials)
})

test.each([
  ['the same twice', `Bearer ${token}`, `Bearer ${token}`],
  ['a good token behind a bad one', 'Bearer bad', `Bearer ${token}`],
  ['a bad token behind a good one', `Bearer ${token}`, 'Bearer bad'],
  ['Basic behind Bearer', `Bearer ${token}`, 'Basic YWRhOnNlY3JldA=='],
  ['Bearer behind Basic', 'Basic YWRhOnNlY3JldA==', `Bearer ${token}`],
  ['an empty field behind Bearer', `Bearer ${token}`, ''],
  ['Bearer behind an empty field', '', `Bearer ${token}`],
])('two Authorization fields, %s, are repeated credentials', async (_, first, second) => {
  const answer = await raw(`Authorization: ${first}`, `AUTHORIZATION: ${second}`)
  expect(answerOfRaw(answer)).toEqual(repeatedCredentials)
})

test('two Authorization fields far apart are repeated credentials', async () => {
  const between = Array.from({ length: 50 }, (_, i) => `X-Filler-${i}: Bearer`)
  const answer = await raw(`Authorization: Bearer ${token}`, ...between, `Authorization: Bearer ${token}`)
  expect(answerOfRaw(answer)).toEqual(repeatedCredentials)
})

test('a header whose value is the word Authorization is no second field', async () => {
  expect((await raw(`Authorization: Bearer ${token}`, 'X-Name: Authorization')).status).toBe(200)
})

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
  'a %s request needs a token as any other does',
  async (method) => {
    const refused = await rawRequest(app, [`${method} / HTTP/1.1`])
    const admitted = await rawRequest(app, [`${method} / HTTP/1.1`, `Authorization: Bearer ${token}`])
    expect([answerOfRaw(refused), admitted.status]).toEqual([missing, 200])
  },
)

test('HTTP/1.0 without Host is judged alike', async () => {
  const admitted = await rawRequest(app, ['GET / HTTP/1.0', `Authorization: Bearer ${token}`])
  const refused = await rawRequest(app, ['GET / HTTP/1.0', 'Authorization: Bearer a b'])
  expect([admitted.status, answerOfRaw(refused)]).toEqual([200, malformedCredentials])
})

test.each(['a.b.c', `${'a'.repeat(8000)}`, `${'.'.repeat(8000)}`, `${'='.repeat(1)}a`])(
  'credentials of hostile length or shape are answered at once (%#)',
  async (hostile) => {
    const startedAt = performance.now()
    expect([400, 401]).toContain((await get(hostile)).status)
    expect(performance.now() - startedAt).toBeLessThan(3000)
  },
)

test.each<[string, express.RequestHandler]>([
  ['without raw headers', (req, _res, next) => next(void Object.assign(req, { rawHeaders: undefined }))],
  ['with none of them', (req, _res, next) => next(void Object.assign(req, { rawHeaders: [] }))],
])('a request %s, as serverless adapters make them, is judged by its headers', async (_, before) => {
  const { get: ask, getWith: askWith } = mount(
    { ...options, dpop: {}, bindIssuerToHost: true, publicUrl: craftedIssuer },
    { before: [before] },
  )
  expect((await ask(token)).status).toBe(200)
  expect((await ask()).body.code).toBe('token_missing')
  expect((await askWith('Bearer a b')).body.code).toBe('credentials_malformed')
})

test('a request without a socket, as serverless adapters make them, has no client certificate', async () => {
  const before: express.RequestHandler = (req, _res, next) =>
    next(void Object.defineProperty(req, 'socket', { value: undefined }))
  const { get: ask } = mount({ ...options, mtls: {} }, { before: [before] })
  const bound = craft({ key, claims: goodClaims({ cnf: { 'x5t#S256': 'a'.repeat(43) } }) })
  expect((await ask(bound)).body.code).toBe('binding_mismatch')
})

test('an Authorization header that the application removed does not count, though it was sent twice', async () => {
  const before: express.RequestHandler = ({ headers }, _res, next) =>
    next(void Reflect.deleteProperty(headers, 'authorization'))
  const { app: stripped } = mount(options, { before: [before] })
  const twice = ['GET / HTTP/1.1', 'Authorization: Basic YQ==', `Authorization: Bearer ${token}`]
  expect(answerOfRaw(await rawRequest(stripped, twice))).toEqual(missing)
})

test('a scheme that ends in DPoP is no scheme for access tokens', async () => {
  const { getWith: askWith } = mount({ ...options, dpop: {} })
  expect((await askWith(`xDPoP ${token}`)).body.code).toBe('token_missing')
})

test.each([
  [
    'an Authorization header',
    { authorization: [`Bearer ${token}`, `Bearer ${token}`] },
    'credentials_repeated',
  ],
  ['a DPoP header', { authorization: 'DPoP a.b.c', dpop: ['a', 'b'] }, 'token_malformed'],
])('%s that an adapter made a list of is refused, and no fault', async (_, headers, code) => {
  const before: express.RequestHandler = (req, _res, next) =>
    next(void Object.assign(req.headers, headers as object))
  const { get: ask } = mount({ ...options, dpop: {} }, { before: [before] })
  expect((await ask(token)).body.code).toBe(code)
})

test('optional admits requests without credentials and refuses bad ones', async () => {
  const { get: ask, getWith: askWith } = mount({ ...options, optional: true })
  expect((await ask()).body).toEqual({ subject: null })
  expect((await askWith('Basic YWRhOnNlY3JldA==')).body).toEqual({ subject: null })
  expect(answerOf(await askWith('Bearer a b'))).toEqual(malformedCredentials)
  expect((await ask('a.b.c')).body.code).toBe('token_malformed')
})

test.each([
  [16_384, 200, undefined],
  [16_385, 401, tokenRefused('token_too_large', 'The access token is too large').challenge],
])('a token of %i characters is answered with %i', async (length, status, challenge) => {
  const { auth } = mount(options)
  const padded = tokenOfLength(length)
  const verdict = await auth.verify(padded).then(
    () => [200, undefined],
    (error) => [error.status, error.headers['WWW-Authenticate']],
  )
  expect([padded.length, ...verdict]).toEqual([length, status, challenge])
})

/** Signatures have a fixed length, so only the claims can fill a token up to the byte. */
function tokenOfLength(length: number): string {
  const nearly = Math.floor(((length - token.length) * 3) / 4) - 20 // every try is signed
  for (let filler = nearly; ; filler += 1) {
    for (const header of [{}, { a: '' }, { a: 'x' }]) {
      const claims = { ...JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) }
      const padded = craft({ key, header, claims: { ...claims, filler: 'x'.repeat(filler) } })
      if (padded.length === length) return padded
    }
  }
}
