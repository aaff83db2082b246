import { inspect } from 'node:util'
import cors from 'cors'
import express from 'express'
import {
  type AuthError,
  type AuthEvent,
  authErrorHandler,
  isAuthError,
  requireAuth,
  requireClaims,
  requireScopes,
} from 'express-require-auth'
import createError from 'http-errors'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import {
  answerOf,
  challenge,
  expired,
  keysUnavailable,
  missing,
  otherAudience,
  unknownIssuer,
} from '../refused.js'
import { messages, setup } from '../setup.js'

type Setup = Awaited<ReturnType<typeof setup>>
type Token = Parameters<Setup['issuer']['token']>[0]

/** The same claims, signed by nobody. */
const forged = (token: string) => `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(342)}`

const cheaplyRefused: [string, Token, object][] = [
  ['expired', { expiresInSeconds: -60 }, expired],
  ['of a foreign issuer', { issuer: 'http://127.0.0.1:9/' }, unknownIssuer],
  ['for another audience', { audience: 'https://files.northwind.com' }, otherAudience],
]

describe('before any key is there', () => {
  test.each(cheaplyRefused)('a token %s is refused without a fetch', async (_, token, answer) => {
    const { issuer, get } = await setup()
    const before = { ...issuer.requests }
    const good = await issuer.token(token)
    expect(answerOf(await get(good))).toEqual(answer)
    expect(answerOf(await get(forged(good)))).toEqual(answer)
    expect(issuer.requests).toEqual(before)
  })

  test.each([
    ['credentials of another scheme', 'Basic YWRhOnNlY3JldA=='],
    ['malformed credentials', 'Bearer a b'],
    ['a malformed token', 'Bearer a.b.c'],
    ['a token of two parts', 'Bearer e30.e30'],
  ])('%s are refused without a fetch', async (_, authorization) => {
    const { issuer, getWith } = await setup()
    const before = { ...issuer.requests }
    expect([400, 401]).toContain((await getWith(authorization)).status)
    expect(issuer.requests).toEqual(before)
  })
})

test.each(cheaplyRefused)(
  'while the issuer is out of order, a token %s is refused as ever',
  async (_, token, answer) => {
    const { issuer, get } = await setup()
    issuer.outage('error')
    const response = await get(await issuer.token(token))
    issuer.restore()
    expect(answerOf(response)).toEqual(answer)
  },
)

test('a forged token with good claims is refused for its signature, and nothing else is said', async () => {
  const { issuer, get } = await setup()
  const response = await get(forged(await issuer.token()))
  expect(response.headers['www-authenticate']).toBe(
    challenge('invalid_token', 'The access token signature is invalid'),
  )
})

test('a flood of forged kids costs one fetch of the key set', async () => {
  const { issuer, get } = await setup()
  expect((await get(await issuer.token())).status).toBe(200)
  const before = issuer.requests.jwks
  const codes = new Set<string>()
  for (let i = 0; i < 30; i += 1) {
    codes.add((await get(await issuer.token({ header: { kid: `kid-${i}` } }))).body.code)
  }
  expect([[...codes], issuer.requests.jwks - before]).toEqual([['key_unknown'], 1])
})

test.each(['refuse', 'error', 'garbage', 'hang'] as const)(
  'when the issuer answers in the manner of "%s", it is an outage: 503, Retry-After and no challenge',
  async (manner) => {
    const { issuer, get } = await setup({ jwks: { timeoutSeconds: 0.1 } })
    issuer.outage(manner)
    const response = await get(await issuer.token())
    issuer.restore()
    expect(answerOf(response)).toEqual(keysUnavailable)
    expect(response.headers['retry-after']).toBe('1')
  },
)

test('HEAD is answered as GET is, without the body', async () => {
  const { app } = await setup()
  const response = await supertest(app).head('/').set('Authorization', 'Bearer a.b.c')
  const { status, headers, text } = response
  expect([status, headers['www-authenticate'], headers['content-type'], text]).toEqual([
    401,
    challenge('invalid_token', 'The access token is malformed'),
    'application/problem+json; charset=utf-8',
    undefined,
  ])
})

const browser = cors({ origin: 'https://app.northwind.com', exposedHeaders: ['WWW-Authenticate'] })
const preflight = (app: express.Express) =>
  supertest(app).options('/').set({
    Origin: 'https://app.northwind.com',
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': 'authorization',
  })

test('cors() in front of requireAuth answers preflights, which never have credentials', async () => {
  const { app } = await setup({}, { before: [browser] })
  const { status, headers } = await preflight(app)
  expect([status, headers['access-control-allow-headers'], headers['www-authenticate']]).toEqual([
    204,
    'authorization',
    undefined,
  ])
})

test('cors() in front of requireAuth lets scripts read why they were refused', async () => {
  const { app } = await setup({}, { before: [browser] })
  const { status, headers } = await supertest(app).get('/').set('Origin', 'https://app.northwind.com')
  expect([
    status,
    headers['access-control-allow-origin'],
    headers['access-control-expose-headers'],
    headers['www-authenticate'],
  ]).toEqual([401, 'https://app.northwind.com', 'WWW-Authenticate', missing.challenge])
})

test('cors() behind requireAuth is too late: the preflight is refused', async () => {
  const { app } = await setup({}, { after: [browser] })
  expect(answerOf(await preflight(app))).toEqual(missing)
})

test('realm and resource metadata stand in every challenge (RFC 9728 §5.1)', async () => {
  const resourceMetadata = 'https://messages.northwind.com/.well-known/oauth-protected-resource'
  const options = { realm: 'Northwind (messages)', resourceMetadata }
  const { issuer, get, getWith } = await setup(options, { after: [requireScopes('admin')] })
  const common = `Bearer realm="Northwind (messages)", resource_metadata="${resourceMetadata}"`
  const challenges = [
    await get(),
    await getWith('Bearer'),
    await get('a.b.c'),
    await get(await issuer.token()),
  ].map(({ headers }) => headers['www-authenticate'])
  expect(challenges).toEqual([
    common,
    `${common}, error="invalid_request", error_description="The credentials are malformed"`,
    `${common}, error="invalid_token", error_description="The access token is malformed"`,
    `${common}, error="insufficient_scope", scope="admin", error_description="The access token lacks a required scope"`,
  ])
})

test.each(['realm', 'resourceMetadata'])('%s cannot break out of its quotes', async (name) => {
  for (const value of ['a"b', 'a\\b', 'a\r\nb', 'é', '']) {
    expect(() => requireAuth({ issuer: 'a.example', audience: messages, [name]: value })).toThrow(TypeError)
  }
})

/** An app whose own error handler keeps the error, and answers without its headers. */
async function keepingErrors(
  options: Parameters<typeof setup>[0] = {},
  check = requireScopes('read:messages'),
) {
  const { issuer } = await setup()
  const errors: unknown[] = []
  const app = express()
  app.use(requireAuth({ issuer: issuer.url, audience: messages, ...options }), check)
  app.use(((error, _req, res, _next) => {
    errors.push(error)
    res.status(error.status ?? 500).end()
  }) as express.ErrorRequestHandler)
  const get = (token: string) => supertest(app).get('/').auth(token, { type: 'bearer' })
  return { issuer, errors, get }
}

test('the challenge reaches the client though an error handler drops the headers of the error', async () => {
  const { get } = await keepingErrors()
  const { headers } = await get('a.b.c')
  expect(headers['www-authenticate']).toBe(challenge('invalid_token', 'The access token is malformed'))
})

const secret = 'hunter2hunter2'
const claims = { sub: secret, [secret]: secret }

test.each<[string, Token]>([
  ['token_expired', { claims, expiresInSeconds: -60 }],
  ['token_not_yet_valid', { claims: { ...claims, nbf: 9_999_999_999 } }],
  ['issuer_unknown', { claims, issuer: `https://${secret}.example/` }],
  ['audience_mismatch', { claims, audience: secret }],
  ['type_not_allowed', { claims, header: { typ: secret } }],
  ['algorithm_not_allowed', { claims, header: { alg: secret } }],
  ['key_unknown', { claims, header: { kid: secret } }],
  ['claim_invalid', { claims: { ...claims, scope: [secret, 7] } }],
  ['insufficient_scope', { claims, scope: secret }],
])('neither JSON nor inspection of %s shows text of the token', async (code, token) => {
  const { issuer, errors, get } = await keepingErrors()
  const text = await issuer.token(token)
  await get(text)
  expectSilence(errors, code, [secret, ...text.split('.')])
})

test.each([
  ['token_malformed', (token: string) => token.replace('.', '.A')],
  ['signature_invalid', forged],
])('neither JSON nor inspection of %s shows text of the token', async (code, spoil) => {
  const { issuer, errors, get } = await keepingErrors()
  const text = spoil(await issuer.token({ claims }))
  await get(text)
  expectSilence(errors, code, [secret, ...text.split('.').slice(1)])
})

test('neither JSON nor inspection of an outage shows text of the token or of the answer', async () => {
  const { issuer, errors, get } = await keepingErrors()
  issuer.outage('garbage')
  const text = await issuer.token({ claims })
  await get(text)
  issuer.restore()
  expectSilence(errors, 'keys_unavailable', [secret, 'doctype', ...text.split('.')])
})

function expectSilence(errors: readonly unknown[], code: string, secrets: readonly string[]) {
  const [error] = errors as AuthError[]
  expect([errors.length, error?.code, isAuthError(error)]).toEqual([1, code, true])
  const shown = `${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error)}${error?.stack}`
  for (const each of secrets) expect(shown).not.toContain(each)
}

test('a refusal and an outage are errors of http-errors, to whoever looks', async () => {
  const { issuer, errors, get } = await keepingErrors()
  await get(await issuer.token({ expiresInSeconds: -60 }))
  issuer.outage('error')
  await get(await issuer.token())
  issuer.restore()
  const [expired, outage] = errors as [AuthError, AuthError]
  expect([expired instanceof createError.Unauthorized, createError.isHttpError(expired)]).toEqual([
    true,
    true,
  ])
  expect([outage instanceof createError.ServiceUnavailable, outage.expose]).toEqual([true, false])
  expect(Object.hasOwn(outage, 'error')).toBe(false)
  expect([expired.name, expired.expose, expired.statusCode]).toEqual(['UnauthorizedError', true, 401])
  expect(`${expired}`).toBe('UnauthorizedError: The access token expired')
  expect(expired.stack).toBe(`${expired}`) // floods are refused: nobody's stack is captured
  expect(JSON.parse(JSON.stringify(expired))).toEqual({
    message: 'The access token expired',
    code: 'token_expired',
    error: 'invalid_token',
    headers: { 'WWW-Authenticate': expect.stringContaining('error="invalid_token"') },
  })
})

test('an error of the application passes untouched, without a challenge', async () => {
  const own = Object.assign(new Error('the list of revoked tokens is gone'), { code: 'ECONNREFUSED' })
  const isRevoked = () => Promise.reject(own)
  const { issuer, errors, get } = await keepingErrors({ isRevoked })
  const response = await get(await issuer.token())
  expect([response.status, response.headers['www-authenticate']]).toEqual([500, undefined])
  expect(errors[0]).toBe(own)
})

test('an error of a check of the application passes untouched', async () => {
  const own = new Error('no database')
  const { issuer, errors, get } = await keepingErrors(
    {},
    requireClaims(() => {
      throw own
    }),
  )
  expect((await get(await issuer.token())).status).toBe(500)
  expect(errors).toEqual([own])
})

describe('an error of the application with a status of its own gets no challenge and is no event,', () => {
  const own = () => Object.assign(new Error('no such list'), { status: 404 })
  const listened = () => {
    const refused: AuthEvent[] = []
    return { refused, onEvent: (event: AuthEvent) => void (event.type === 'refused' && refused.push(event)) }
  }
  const isRevoked = () => Promise.reject(own())
  const failing = requireClaims(() => {
    throw own()
  })

  const failingPlace = () => {
    throw own()
  }

  test.each<[string, Parameters<typeof setup>[0], typeof failing?]>([
    ['a function of tokenFrom', { tokenFrom: [failingPlace] }],
    ['isRevoked', { isRevoked }],
    ['a check', {}, failing],
  ])('thrown by %s', async (_, options, check) => {
    const { refused, onEvent } = listened()
    const { issuer, errors, get } = await keepingErrors({ ...options, onEvent }, check)
    const { status, headers } = await get(await issuer.token({ scope: 'read:messages' }))
    expect([status, headers['www-authenticate']]).toEqual([404, undefined])
    expect(errors.map((error) => ({ ...(error as object) }))).toEqual([{ status: 404 }])
    expect(refused).toEqual([])
  })

  test('thrown within verify()', async () => {
    const { refused, onEvent } = listened()
    const { issuer, auth } = await setup({ isRevoked, onEvent })
    const error = await auth.verify(await issuer.token()).catch((reason) => reason)
    expect({ ...error }).toEqual({ status: 404 })
    expect(refused).toEqual([])
  })
})

test.each([
  ['an Error', new Error('own')],
  ['an HTTP error', Object.assign(new Error('own'), { status: 404 })],
  ['a text', 'own'],
  ['an error with a code of its own', Object.assign(new Error('own'), { status: 401, code: 'toString' })],
])('authErrorHandler leaves %s to the next error handler', async (_, own) => {
  const app = express()
  const seen: unknown[] = []
  app.get('/', (_req, _res, next) => next(own))
  app.use(authErrorHandler())
  app.use(((error, _req, res, _next) => {
    seen.push(error)
    res.sendStatus(418)
  }) as express.ErrorRequestHandler)
  expect((await supertest(app).get('/')).status).toBe(418)
  expect(seen).toEqual([own])
})
