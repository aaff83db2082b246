import express, { type Request } from 'express'
import {
  authErrorHandler,
  getAuth,
  requireClaim,
  requirePermissions,
  requireScopes,
} from 'express-require-auth'
import { authFor } from 'express-require-auth/testing'
import supertest from 'supertest'
import { expect, test, vi } from 'vitest'

/** A request that `requireAuth` would have admitted with this token. */
function requestWith(options: Parameters<typeof authFor>[0]) {
  return { auth: authFor(options) } as unknown as Request
}

test('authFor makes the Auth that a handler under test reads', () => {
  const auth = getAuth(requestWith({ scope: 'read:messages', claims: { org_id: 'org_1' } }))
  expect(auth).toMatchObject({
    scheme: 'Bearer',
    header: { alg: 'RS256', typ: 'JWT' },
    scopes: ['read:messages'],
    permissions: [],
    issuer: 'https://login.northwind.com/',
    subject: 'messages-worker@clients',
    clientId: 'messages-worker',
    audience: ['https://messages.northwind.com'],
  })
  expect(auth.claims).toMatchObject({ org_id: 'org_1', scope: 'read:messages', exp: auth.expiresAt })
})

test('authFor without options has no scope', () => {
  expect(authFor().scopes).toEqual([])
  expect(authFor().claims).not.toHaveProperty('scope')
})

test('authFor takes the options of token()', () => {
  const auth = authFor({
    audience: ['https://a.example', 'https://b.example'],
    issuer: 'https://other.example/',
    expiresInSeconds: -60,
    claims: { sub: 'auth0|ada', azp: undefined, client_id: 'spa', permissions: ['read:messages'] },
    header: { typ: 'at+jwt' },
  })
  expect(auth).toMatchObject({
    header: { alg: 'RS256', typ: 'at+jwt' },
    permissions: ['read:messages'],
    issuer: 'https://other.example/',
    subject: 'auth0|ada',
    clientId: 'spa',
    audience: ['https://a.example', 'https://b.example'],
  })
  expect(auth.claims).not.toHaveProperty('azp')
  expect(auth.expiresAt).toBe(Number(auth.claims.iat) - 60)
})

test('an Auth of authFor is deeply frozen, and the objects of the caller are not', () => {
  const roles = ['admin']
  const auth = authFor({ claims: { realm_access: { roles } } })
  expect(Object.isFrozen(auth)).toBe(true)
  expect(Object.isFrozen((auth.claims.realm_access as { roles: string[] }).roles)).toBe(true)
  expect(Object.isFrozen(roles)).toBe(false)
})

test.each([
  ['requireScopes', requireScopes('read:messages')],
  ['requirePermissions', requirePermissions('read:messages')],
  ['requireClaim', requireClaim('org_id', 'org_1')],
])('%s admits an Auth of authFor by its contents', (_name, check) => {
  const next = vi.fn()
  const claims = { org_id: 'org_1', permissions: ['read:messages'] }
  check(requestWith({ scope: 'read:messages', claims }), {} as never, next)
  expect(next.mock.calls).toEqual([[]])
})

test('a check refuses an Auth of authFor that lacks the scope, with the challenge', async () => {
  const app = express()
  app.use((req, _res, next) => {
    Object.assign(req, { auth: authFor({ scope: 'read:messages' }) })
    next()
  })
  app.get('/', requireScopes('write:messages'), (_req, res) => void res.send('ok'))
  app.use(authErrorHandler())
  const { status, headers } = await supertest(app).get('/')
  expect(status).toBe(403)
  expect(headers['www-authenticate']).toBe(
    'Bearer realm="api", error="insufficient_scope", scope="write:messages", error_description="The access token lacks a required scope"',
  )
})
