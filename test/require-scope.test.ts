import express, { type RequestHandler, Router } from 'express'
import {
  anyOf,
  authErrorHandler,
  requireAnyScope,
  requireAuth,
  requireClaim,
  requireClaims,
  requirePermissions,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'
import { authFor } from 'express-require-auth/testing'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { craft, craftKey, goodClaims, trusting } from './craft.js'
import { frameworks } from './frameworks.js'
import { answerOf, forbidden, missing } from './refused.js'
import { messages, mount } from './setup.js'

const { privateKey: key, jwk } = craftKey('ec')
const options = {
  issuer: trusting({ ...jwk, alg: 'ES256' }),
  audience: messages,
  algorithms: ['ES256' as const],
}

function tokenWith(claims: Record<string, unknown>): string {
  return craft({ key, alg: 'ES256', claims: goodClaims({ scope: undefined, ...claims }) })
}

async function ask(check: RequestHandler, claims: Record<string, unknown>) {
  return answerOf(await mount(options, { after: [check] }).get(tokenWith(claims)))
}

const admitted = { status: 200, challenge: undefined, body: { subject: 'auth0|ada' } }
const lacksScope = (scope: string) =>
  forbidden('insufficient_scope', 'The access token lacks a required scope', `, scope="${scope}"`)
const lacksPermission = forbidden('insufficient_permissions', 'The access token lacks a required permission')
const lacksClaim = forbidden('claim_not_accepted', 'The access token lacks a required claim')

describe('requireScopes', () => {
  const check = requireScopes('read:messages', 'write:messages')

  test('admits a token that has all of them, from scope or scp', async () => {
    expect(await ask(check, { scope: 'write:messages other read:messages' })).toEqual(admitted)
    expect(await ask(check, { scp: 'read:messages write:messages' })).toEqual(admitted)
    expect(await ask(check, { scp: ['read:messages', 'write:messages'] })).toEqual(admitted)
    expect(await ask(check, { scope: ['read:messages', 'write:messages'] })).toEqual(admitted)
    for (const scope of ['', null, []])
      expect(await ask(check, { scope, scp: 'read:messages write:messages' })).toEqual(admitted)
  })

  test.each([
    ['one of them', { scope: 'read:messages' }],
    ['none', { scope: '' }],
    ['no scope claim', {}],
    ['another case', { scope: 'READ:messages write:messages' }],
    ['a longer one', { scope: 'read:messages:all write:messages' }],
    ['other separators', { scope: 'read:messages,write:messages' }],
    ['permissions of that name', { permissions: ['read:messages', 'write:messages'] }],
    ['scp beside another scope', { scope: 'other', scp: ['read:messages', 'write:messages'] }],
  ])('refuses a token with %s, naming all that are needed (RFC 6750 §3.1)', async (_, claims) => {
    expect(await ask(check, claims)).toEqual(lacksScope('read:messages write:messages'))
  })
})

describe('requireAnyScope', () => {
  const check = requireAnyScope('read:messages', 'admin')

  test.each(['read:messages', 'other admin'])('admits %s', async (scope) => {
    expect(await ask(check, { scope })).toEqual(admitted)
  })

  test('refuses a token that has none, naming all', async () => {
    expect(await ask(check, { scope: 'other' })).toEqual(lacksScope('read:messages admin'))
  })
})

describe('requirePermissions', () => {
  const check = requirePermissions('read:messages', 'write:messages')

  test('admits a token whose permissions hold all of them', async () => {
    expect(await ask(check, { permissions: ['a', 'write:messages', 'read:messages'] })).toEqual(admitted)
  })

  test.each([
    ['one of them', { permissions: ['read:messages'] }],
    ['no permissions', {}],
    ['scopes of that name', { scope: 'read:messages write:messages' }],
  ])('refuses a token with %s; a permission is no scope to ask for', async (_, claims) => {
    expect(await ask(check, claims)).toEqual(lacksPermission)
  })
})

describe('requireClaim', () => {
  test.each([
    ['text', 'org_id', ['org_a', 'org_b'], 'org_b'],
    ['number', 'level', [3], 3],
    ['boolean', 'email_verified', [true], true],
    ['list', 'roles', ['admin'], ['user', 'admin']],
    ['namespaced', 'https://northwind.com/tier', ['gold'], 'gold'],
  ])('admits a claim of that value: %s', async (_, name, values, value) => {
    expect(await ask(requireClaim(name, ...values), { [name]: value })).toEqual(admitted)
  })

  test.each([
    ['another value', 'org_c'],
    ['nothing', undefined],
    ['a part of it', 'org'],
    ['a list without it', ['org_c']],
    ['a list within a list', [['org_a']]],
    ['an object that holds it', { org_a: true }],
    ['a text where a list would be', 'org_a org_b'],
  ])('refuses %s', async (_, value) => {
    expect(await ask(requireClaim('org_id', 'org_a', 'org_b'), { org_id: value })).toEqual(lacksClaim)
  })

  test.each([
    ['the text of a number', 3, '3'],
    ['the text of true', true, 'true'],
  ])('refuses %s', async (_, value, text) => {
    expect(await ask(requireClaim('level', value), { level: text })).toEqual(lacksClaim)
  })

  test.each(['constructor', '__proto__', 'toString'])('a claim is the own member %s only', async (name) => {
    expect(await ask(requireClaim(name, 'x'), {})).toEqual(lacksClaim)
  })
})

describe('requireClaims', () => {
  test('is given the claims and the request', async () => {
    const check = requireClaims((claims, req) => claims.sub === 'auth0|ada' && req.path === '/')
    expect(await ask(check, {})).toEqual(admitted)
  })

  test.each([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['undefined', () => undefined as unknown as boolean],
    ['what is only like true', () => 1 as unknown as boolean],
    ['a promise of what is only like true', async () => 'yes' as unknown as boolean],
  ])('refuses at %s', async (_, accept) => {
    expect(await ask(requireClaims(accept), {})).toEqual(lacksClaim)
  })

  test('admits at a promise of true', async () => {
    expect(
      await ask(
        requireClaims(async () => true),
        {},
      ),
    ).toEqual(admitted)
  })

  test.each([
    [
      'an error it throws',
      () => {
        throw new Error('the database is down')
      },
    ],
    ['a promise it rejects', () => Promise.reject(new Error('the database is down'))],
  ])('%s is a fault, handed on untouched and without a challenge', async (_, accept) => {
    const app = express()
    let seen: unknown
    app.use(requireAuth(options), requireClaims(accept), ((error, _req, res, _next) => {
      seen = error
      res.status(500).end()
    }) as express.ErrorRequestHandler)
    const response = await supertest(app).get('/').auth(tokenWith({}), { type: 'bearer' })
    expect([response.status, response.headers['www-authenticate']]).toEqual([500, undefined])
    expect(seen).toEqual(new Error('the database is down'))
  })
})

describe('anyOf', () => {
  const check = anyOf(
    requireScopes('admin'),
    requireClaim('azp', 'worker'),
    requireClaims(async ({ sub }) => sub === 'root'),
  )

  test.each([
    ['the first', { scope: 'admin' }, 'auth0|ada'],
    ['the second', { azp: 'worker' }, 'auth0|ada'],
    ['the last, which takes its time', { sub: 'root' }, 'root'],
  ])('admits what %s admits', async (_, claims, subject) => {
    expect(await ask(check, claims)).toEqual({ ...admitted, body: { subject } })
  })

  test('refuses as the first does', async () => {
    expect(await ask(check, { scope: 'other' })).toEqual(lacksScope('admin'))
  })

  test('does not ask on once one admits', async () => {
    let asked = 0
    const counting = requireClaims(() => {
      asked += 1
      return true
    })
    expect(await ask(anyOf(requireScopes('admin'), counting), { scope: 'admin' })).toEqual(admitted)
    expect(asked).toBe(0)
  })

  test('can stand within another', async () => {
    expect(await ask(anyOf(requireScopes('root'), check), { azp: 'worker' })).toEqual(admitted)
  })

  test('a fault in one is a fault, not a refusal', async () => {
    const faulty = requireClaims(() => Promise.reject(new Error('down')))
    const app = express()
    app.use(requireAuth(options), anyOf(faulty, requireScopes('admin')), ((_error, _req, res, _next) => {
      res.status(500).end()
    }) as express.ErrorRequestHandler)
    const response = await supertest(app)
      .get('/')
      .auth(tokenWith({ scope: 'admin' }), { type: 'bearer' })
    expect(response.status).toBe(500)
  })
})

const checks: [string, RequestHandler][] = [
  ['requireScopes', requireScopes('a')],
  ['requireAnyScope', requireAnyScope('a')],
  ['requirePermissions', requirePermissions('a')],
  ['requireClaim', requireClaim('a', 'b')],
  ['requireClaims', requireClaims(() => true)],
  ['requireStepUp', requireStepUp({ acrValues: 'mfa' })],
  ['anyOf', anyOf(requireScopes('a'))],
]

describe.each(frameworks)('%s', (_, framework) => {
  test.each(checks)('%s without requireAuth is a fault that says what to do', async (name, check) => {
    const app = framework()
    let seen: Error | undefined
    app.use(check, ((error, _req, res, _next) => {
      seen = error
      res.status(500).end()
    }) as express.ErrorRequestHandler)
    const response = await supertest(app).get('/')
    expect([response.status, response.headers['www-authenticate']]).toEqual([500, undefined])
    expect(seen?.message).toBe(`${name}() found no req.auth: mount requireAuth() before it`)
  })

  test.each(checks)('%s behind an optional requireAuth asks for credentials', async (_, check) => {
    const { get } = mount({ ...options, optional: true }, { framework, after: [check] })
    expect(answerOf(await get())).toEqual(missing)
  })

  test('a check guards an app, a router, a path and a route', async () => {
    const app = framework()
    const router = framework.Router()
    const ok: RequestHandler = (_req, res) => void res.sendStatus(204)
    router.use(requireScopes('router'))
    router.get('/x', ok)
    app.use(requireAuth(options))
    app.use('/router', router)
    app.use('/path', requireScopes('path'), ok)
    app.get('/route', requireScopes('route'), requireScopes('more'), ok)
    app.use(authErrorHandler())
    const get = async (path: string, scope: string) =>
      (await supertest(app).get(path).auth(tokenWith({ scope }), { type: 'bearer' })).status
    expect(await get('/router/x', 'router')).toBe(204)
    expect(await get('/router/x', 'path')).toBe(403)
    expect(await get('/path', 'path')).toBe(204)
    expect(await get('/path/deeper', 'router')).toBe(403)
    expect(await get('/route', 'route more')).toBe(204)
    expect(await get('/route', 'route')).toBe(403)
  })
})

test('a check works for an Auth of the test kit, in the default realm', async () => {
  const app = express()
  app.use((req, _res, next) => {
    req.auth = authFor({ scope: 'a' })
    next()
  })
  app.use('/a', requireScopes('a'), (_req, res) => void res.sendStatus(204))
  app.use('/b', requireScopes('b'))
  app.use(authErrorHandler())
  expect((await supertest(app).get('/a')).status).toBe(204)
  expect(answerOf(await supertest(app).get('/b'))).toEqual(lacksScope('b'))
})

test('a synchronous check goes on at once', () => {
  let done = false
  const req = { auth: authFor({ scope: 'a' }) } as express.Request
  requireScopes('a')(req, {} as express.Response, () => {
    done = true
  })
  expect(done).toBe(true)
})

test('a scope is written once, however often it is demanded', async () => {
  expect(await ask(requireScopes('a', 'a'), {})).toEqual(lacksScope('a'))
})

test.each([
  ['requireScopes without scopes', () => requireScopes()],
  ['requireScopes of an empty one', () => requireScopes('')],
  ['requireScopes of two in one', () => requireScopes('a b')],
  ['requireScopes of a quote', () => requireScopes('a"b')],
  ['requireScopes beyond ASCII', () => requireScopes('é')],
  ['requireScopes of a list', () => requireScopes(['a'] as unknown as string)],
  ['requireAnyScope without scopes', () => requireAnyScope()],
  ['requirePermissions without any', () => requirePermissions()],
  ['requirePermissions of an empty one', () => requirePermissions('a', '')],
  ['requireClaim without a name', () => requireClaim('', 'a')],
  ['requireClaim without values', () => requireClaim('a')],
  ['requireClaims without a function', () => requireClaims(true as unknown as () => boolean)],
  ['anyOf without checks', () => anyOf()],
  ['anyOf of a foreign handler', () => anyOf(requireScopes('a'), (_req, _res, next) => next())],
  ['anyOf of a router', () => anyOf(Router())],
])('%s is a TypeError', (_, make) => {
  expect(make).toThrow(TypeError)
})

test.each<[string, () => unknown]>([
  ["requireScopes must be called with names: requireScopes('a', 'b'), got none", () => requireScopes()],
  [`requireScopes must be called with names: requireScopes('a', 'b'), got ""`, () => requireScopes('')],
  [
    `requireScopes must be called with one scope per argument: requireScopes('a', 'b'), got "a b"`,
    () => requireScopes('a b'),
  ],
  [
    'requireClaim path must be a non-empty string or a list of them, got 7',
    () => requireClaim(7 as never, 'a'),
  ],
  ['requireClaim name must be a non-empty string or a path, got ""', () => requireClaim('', 'a')],
  ['requireClaim needs at least one value', () => requireClaim('a')],
  ['requireClaims must be called with a function, got true', () => requireClaims(true as never)],
])('a mistake is told: %s', (words, make) => {
  expect(make).toThrow(new TypeError(words))
})
