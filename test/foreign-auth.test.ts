import express from 'express'
import {
  anyOf,
  authErrorHandler,
  getAuth,
  isAuthError,
  protectedResourceMetadata,
  requireAuth,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'
import { authFor } from 'express-require-auth/testing'
import supertest from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { craft, craftKey, trusting } from './craft.js'
import { frameworks } from './frameworks.js'
import { messages } from './setup.js'

const { privateKey, jwk } = craftKey('ec')
const options = {
  issuer: trusting({ ...jwk, alg: 'ES256' }),
  audience: messages,
  algorithms: ['ES256' as const],
}
const token = craft({ key: privateKey, alg: 'ES256' })

type Framework = typeof express

/** Sets `req.auth`, as express-jwt and express-oauth2-jwt-bearer do. */
const foreign =
  (auth: unknown): express.RequestHandler =>
  (req, _res, next) => {
    Object.assign(req, { auth })
    next()
  }

/** What handlers answer, with the message of a fault. */
async function answerOf(handlers: express.RequestHandler[], framework: Framework = express) {
  const app = framework()
  for (const handler of handlers) app.use(handler)
  app.use((req, res) => void res.json({ auth: (req as { auth?: unknown }).auth ?? null }))
  app.use(authErrorHandler(), ((error, _req, res, _next) => {
    res.status(500).json({ message: error.message })
  }) as express.ErrorRequestHandler)
  const { status, body, headers } = await supertest(app).get('/').auth(token, { type: 'bearer' })
  return { status, body, challenge: headers['www-authenticate'] }
}

const claims = { iss: 'https://evil.example/', scope: 'read:messages' }
const lookalikes: [string, unknown][] = [
  ['claims alone', claims],
  ['an object of the same shape', { token, scheme: 'Bearer', claims, scopes: ['read:messages'] }],
  ['a copy of an Auth', { ...authFor({ scope: 'read:messages' }) }],
  ['a clone of an Auth', structuredClone(authFor({ scope: 'read:messages' }))],
  ['an heir of an Auth', Object.create(authFor({ scope: 'read:messages' }))],
  ['a proxy of an Auth', new Proxy(authFor({ scope: 'read:messages' }), {})],
  ['a text', 'read:messages'],
  ['true', true],
  ['null', null],
]

describe.each(frameworks)('%s: a req.auth of another package', (_, framework) => {
  test.each(lookalikes)('%s is a fault of the application for a check', async (_, auth) => {
    const { status, body, challenge } = await answerOf(
      [foreign(auth), requireScopes('read:messages')],
      framework,
    )
    expect([status, challenge]).toEqual([500, undefined])
    expect(body.message).toBe(
      'requireScopes() found a req.auth that requireAuth() did not make: mount requireAuth() before it',
    )
  })

  test.each(lookalikes)('%s is none for getAuth', (_, auth) => {
    expect(() => getAuth({ auth })).toThrow(/^req.auth is missing: mount requireAuth\(\) before this handler/)
  })

  test.each(lookalikes)('%s is cleared where a request without credentials is let in', async (_, auth) => {
    const optional = requireAuth({ ...options, optional: true, tokenFrom: ['query'] })
    const answer = await answerOf([foreign(auth), optional], framework)
    expect(answer).toMatchObject({ status: 200, body: { auth: null } })
  })

  test('behind an optional requireAuth it is still nobody', async () => {
    const optional = requireAuth({ ...options, optional: true, tokenFrom: ['query'] })
    const handlers = [optional, foreign(claims), requireScopes('read:messages')]
    expect(await answerOf(handlers, framework)).toMatchObject({
      status: 401,
      body: { code: 'token_missing' },
      challenge: 'Bearer realm="api"',
    })
  })

  test('is replaced by the Auth of a token', async () => {
    const { status, body } = await answerOf([foreign(claims), requireAuth(options)], framework)
    expect([status, body.auth.token]).toEqual([200, token])
  })

  test('that cannot be replaced is a fault, first and remembered', async () => {
    const sealed: express.RequestHandler = (req, _res, next) => {
      Object.defineProperty(req, 'auth', { value: claims })
      next()
    }
    const auth = requireAuth(options)
    for (let turn = 0; turn < 2; turn++) {
      const { status, body } = await answerOf([sealed, auth], framework)
      expect([status, body.message]).toEqual([500, expect.stringContaining('read only property')])
    }
  })
})

describe('two installed copies of the package', () => {
  async function secondCopy() {
    vi.resetModules()
    const copy = await import('express-require-auth')
    expect(copy.requireAuth).not.toBe(requireAuth)
    return copy
  }

  test('the checks of one take what the middleware of the other made, and answer in its realm', async () => {
    const copy = await secondCopy()
    const auth = copy.requireAuth({ ...options, realm: 'messages' })
    expect((await answerOf([auth, requireScopes('read:messages')])).status).toBe(200)
    expect(await answerOf([auth, requireScopes('admin')])).toMatchObject({
      status: 403,
      challenge: expect.stringMatching(
        /^Bearer realm="messages", error="insufficient_scope", scope="admin",/,
      ),
    })
    expect((await answerOf([requireAuth(options), copy.requireScopes('read:messages')])).status).toBe(200)
    expect((await answerOf([requireAuth(options), copy.requireScopes('admin')])).status).toBe(403)
  })

  test('getAuth of one takes the Auth of the other', async () => {
    const copy = await secondCopy()
    const auth = await copy.requireAuth(options).verify(token)
    expect(getAuth({ auth })).toBe(auth)
    expect(() => getAuth({ auth: { ...auth } })).toThrow('req.auth is missing')
  })

  test('anyOf of one takes the checks of the other', async () => {
    const copy = await secondCopy()
    const either = anyOf(copy.requireScopes('admin'), requireScopes('read:messages'))
    expect((await answerOf([requireAuth(options), either])).status).toBe(200)
    const neither = copy.anyOf(requireStepUp({ acrValues: 'mfa' }), copy.requireScopes('admin'))
    expect((await answerOf([requireAuth(options), neither])).body.code).toBe(
      'insufficient_user_authentication',
    )
  })

  test('protectedResourceMetadata of one takes the middleware of the other', async () => {
    const copy = await secondCopy()
    const resource = 'https://api.example.com'
    const handler = protectedResourceMetadata({ resource, auth: copy.requireAuth(options) })
    const { body } = await supertest(express().use(handler)).get(new URL(handler.url).pathname)
    expect(body.authorization_servers).toEqual(['https://login.northwind.com/'])
  })

  test('the error handler of one renders the refusals of the other', async () => {
    const copy = await secondCopy()
    const error = await copy
      .requireAuth(options)
      .verify('a.b.c')
      .catch((reason) => reason)
    expect(isAuthError(error)).toBe(true)
    const refused = await answerOf([copy.requireAuth({ ...options, tokenFrom: ['query'] })])
    expect(refused).toMatchObject({ status: 401, body: { code: 'token_missing' } })
  })
})

test('another version of the package finds its marks under the names they always had', async () => {
  const marksOf = (value: object) => Object.getOwnPropertySymbols(value).map((mark) => Symbol.keyFor(mark))
  expect(marksOf(requireAuth(options))).toEqual(['express-require-auth.guard'])
  expect(marksOf(requireScopes('admin'))).toEqual(['express-require-auth.check'])
  let marks: unknown
  const look: express.RequestHandler = (req, _res, next) => {
    marks = marksOf(req)
    next()
  }
  await answerOf([requireAuth({ ...options, optional: true, tokenFrom: ['query'] }), look])
  expect(marks).toContain('express-require-auth.admission')
})

test('a request without credentials and without req.auth gets none, not even undefined', async () => {
  let hasAuth: unknown
  const look: express.RequestHandler = (req, _res, next) => {
    hasAuth = 'auth' in req
    next()
  }
  await answerOf([requireAuth({ ...options, optional: true, tokenFrom: ['query'] }), look])
  expect(hasAuth).toBe(false)
})

const errorWith = (members: object) => Object.assign(new Error(), members)

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a code', 'token_missing'],
  ['an error', new Error('token_missing')],
  ['an error with another code', errorWith({ status: 401, code: 'ENOENT' })],
  ['an error with a code that every object has', errorWith({ status: 401, code: 'toString' })],
  ['an error with a list for a code', errorWith({ status: 401, code: ['token_missing'] })],
  ['an error without status', errorWith({ code: 'token_missing' })],
  ['an object that is no error', { status: 401, code: 'token_missing' }],
])('%s is no refusal', (_, value) => {
  expect(isAuthError(value)).toBe(false)
})

describe.each(frameworks)('%s: mounted uncalled', (_, framework) => {
  test.each([
    ['requireAuth', requireAuth, 'requireAuth is mounted uncalled: write app.use(requireAuth({ ... }))'],
    [
      'authErrorHandler',
      authErrorHandler,
      'authErrorHandler is mounted uncalled: write app.use(authErrorHandler())',
    ],
    ['requireScopes', requireScopes, "requireScopes must be called with names: requireScopes('a', 'b')"],
  ])('%s says what to write', async (_, handler, message) => {
    const { status, body } = await answerOf([handler as unknown as express.RequestHandler], framework)
    expect(status).toBe(500)
    expect(body.message).toContain(message)
  })
})
