import express, { type RequestHandler } from 'express'
import { getAuth, requireAuth, requireClaim, requireScopes } from 'express-require-auth'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import supertest, { type Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageNamed } from './pages.js'
import { havePeers, peer, peerPackage } from './peers.js'

const audience = 'https://messages.northwind.com'
const PEERS = [
  'express-oauth2-jwt-bearer',
  'express-jwt',
  'passport-jwt',
  'aws-jwt-verify',
  'okta-jwt-verifier',
]

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await startTestIssuer()
})

afterAll(() => issuer.close())

const trustOf = (url: string) => ({ issuer: url, jwksUri: `${url}.well-known/jwks.json`, audience })

function serve(...handlers: RequestHandler[]) {
  const app = express()
  app.set('env', 'test') // Express then logs no errors
  app.use(...handlers, (req, res) => void res.json({ auth: (req as { auth?: unknown }).auth ?? null }))
  return app
}

type Call = (app: express.Express) => PromiseLike<Response>

const get = (app: express.Express) => supertest(app).get('/')
const withToken =
  (options: Parameters<TestIssuer['token']>[0]): Call =>
  async (app) =>
    get(app).auth(await issuer.token({ audience, ...options }), { type: 'bearer' })
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

/** What is sent, as the guide names it. */
const CALLS: Readonly<Record<string, Call>> = {
  'a good token': withToken({}),
  'no token': get,
  'another scheme, such as Basic': (app) => get(app).auth('ada', 'secret'),
  'a header with `Bearer` alone': (app) => get(app).set('Authorization', 'Bearer'),
  'a preflight (`OPTIONS`) that asks for `Authorization`': (app) =>
    supertest(app).options('/').set('Access-Control-Request-Headers', 'authorization'),
  'a good token in the query': async (app) =>
    get(app).query({ access_token: await issuer.token({ audience }) }),
  'a token for another audience': withToken({ audience: 'https://other.example' }),
  'an expired token': withToken({ expiresInSeconds: -60 }),
  'a token without `exp`': withToken({ claims: { exp: undefined } }),
  'a token with `iat` ten minutes ahead': withToken({ claims: { iat: inSeconds(600) } }),
  'an ID token for this audience (`nonce`)': withToken({ claims: { nonce: 'n-0S6' } }),
  'a logout token (`typ: logout+jwt`)': withToken({ header: { typ: 'logout+jwt' } }),
  'a DPoP-bound token, sent as Bearer': withToken({ claims: { cnf: { jkt: 'a'.repeat(43) } } }),
  'a certificate-bound token': withToken({ claims: { cnf: { 'x5t#S256': 'a'.repeat(43) } } }),
}

const DOWN = 'any token, while the keys cannot be had at a cold start'

async function statusOf(
  protect: () => RequestHandler | Promise<RequestHandler>,
  what: string,
): Promise<string> {
  const handler = await protect()
  const app = serve(handler)
  const call = CALLS[what] ?? withToken({})
  return String((await await call(app)).status)
}

const table = pageNamed('docs/migration/README.md')
const rowOf = (what: string) =>
  table
    .split('\n')
    .find((line) => line.startsWith(`| ${what} |`))
    ?.split('|')
    .slice(2, -1)
    .map((cell) => cell.trim().replaceAll('*', ''))

describe.skipIf(!havePeers())('side by side', () => {
  test.each(Object.keys(CALLS))('%s gets the answers that the guide tells', async (what) => {
    const trust = trustOf(issuer.url)
    const ours = await statusOf(() => requireAuth({ issuer: issuer.url, audience }), what)
    const theirs = await Promise.all(PEERS.map((name) => statusOf(() => peer(name, trust), what)))
    expect(rowOf(what)).toEqual([ours, ...theirs])
  })

  test(`${DOWN} gets the answers that the guide tells`, async () => {
    const down = await startTestIssuer()
    await down.close()
    const trust = trustOf(down.url)
    const call: Call = async (app) =>
      get(app).auth(await issuer.token({ audience, issuer: down.url }), { type: 'bearer' })
    const answers = [
      requireAuth({ issuer: down.url, audience }),
      ...(await Promise.all(PEERS.map((name) => peer(name, trust)))),
    ]
    const statuses = await Promise.all(
      answers.map(async (handler) => String((await await call(serve(handler))).status)),
    )
    expect(rowOf(DOWN)).toEqual(statuses)
  })

  describe('express-oauth2-jwt-bearer', () => {
    const theirs = () => peerPackage('express-oauth2-jwt-bearer')
    const protect = (options = {}) => theirs().auth({ issuerBaseURL: issuer.url, audience, ...options })
    const ours = () => requireAuth({ issuer: issuer.url, audience })
    const status = async (call: Call, ...handlers: RequestHandler[]) =>
      (await await call(serve(...handlers))).status

    test('claimIncludes wants all of its values, requireClaim one', async () => {
      const call = withToken({ claims: { roles: ['a'] } })
      expect(await status(call, protect(), theirs().claimIncludes('roles', 'a', 'b'))).toBe(401)
      expect(await status(call, ours(), requireClaim('roles', 'a', 'b'))).toBe(200)
      expect(await status(call, ours(), requireClaim('roles', 'a'), requireClaim('roles', 'b'))).toBe(403)
    })

    test('claimIncludes parts text at its spaces, requireClaim does not', async () => {
      const call = withToken({ claims: { roles: 'a b' } })
      expect(await status(call, protect(), theirs().claimIncludes('roles', 'a'))).toBe(200)
      expect(await status(call, ours(), requireClaim('roles', 'a'))).toBe(403)
    })

    test('requiredScopes takes one text with spaces, requireScopes one scope per argument', async () => {
      const call = withToken({ scope: 'read write' })
      expect(await status(call, protect(), theirs().requiredScopes('read write'))).toBe(200)
      expect(() => requireScopes('read write')).toThrow(TypeError)
    })

    test('authRequired: false admits a bad token, optional: true does not', async () => {
      const call = withToken({ expiresInSeconds: -60 })
      expect(await status(call, protect({ authRequired: false }))).toBe(200)
      expect(await status(call, requireAuth({ issuer: issuer.url, audience, optional: true }))).toBe(401)
    })

    test('a token in the body of a form is read without being asked to', async () => {
      const token = await issuer.token({ audience })
      const call: Call = (app) => supertest(app).post('/').type('form').send({ access_token: token })
      const form = express.urlencoded()
      expect(await status(call, form, protect())).toBe(200)
      expect(await status(call, form, ours())).toBe(401)
      expect(
        await status(
          call,
          form,
          requireAuth({ issuer: issuer.url, audience, tokenFrom: ['header', 'body'] }),
        ),
      ).toBe(200)
    })

    test('its checks without its middleware are 401, ours are a fault', async () => {
      expect(await status(get, theirs().requiredScopes('read'))).toBe(401)
      expect(await status(get, requireScopes('read'))).toBe(500)
    })

    test('payload becomes claims', async () => {
      const call = withToken({ claims: { sub: 'ada' } })
      const { body } = await await call(serve(protect()))
      expect(body.auth.payload.sub).toBe('ada')
      const found = await await call(serve(ours()))
      expect(found.body.auth).not.toHaveProperty('payload')
      expect(found.body.auth.claims.sub).toBe('ada')
    })
  })

  describe('express-jwt', () => {
    test('req.auth is the claims there: req.auth.sub is undefined here', async () => {
      const call = withToken({ claims: { sub: 'ada' } })
      const theirs = await await call(serve(await peer('express-jwt', trustOf(issuer.url))))
      expect(theirs.body.auth.sub).toBe('ada')
      const ours = await await call(serve(requireAuth({ issuer: issuer.url, audience })))
      expect(ours.body.auth.sub).toBeUndefined()
      expect(ours.body.auth.subject).toBe('ada')
    })

    test('credentialsRequired: false refuses a bad token, as optional: true does, but not another scheme', async () => {
      const { expressjwt } = peerPackage('express-jwt')
      const { issuer: iss, jwksUri } = trustOf(issuer.url)
      const secret = peerPackage('jwks-rsa').expressJwtSecret({ jwksUri })
      const theirs = expressjwt({
        secret,
        audience,
        issuer: iss,
        algorithms: ['RS256'],
        credentialsRequired: false,
      })
      const ours = requireAuth({ issuer: issuer.url, audience, optional: true })
      const statuses = (call: Call) =>
        Promise.all([theirs, ours].map(async (handler) => (await await call(serve(handler))).status))
      expect(await statuses(withToken({ expiresInSeconds: -60 }))).toEqual([401, 401])
      expect(await statuses((app) => get(app).auth('ada', 'secret'))).toEqual([200, 200])
      expect(await statuses((app) => get(app).set('Authorization', 'Bearer'))).toEqual([401, 400])
    })
  })

  test.each(['express-jwt', 'passport-jwt'])('%s sends no challenge', async (name) => {
    const { headers } = await withToken({ expiresInSeconds: -60 })(
      serve(await peer(name, trustOf(issuer.url))),
    )
    expect(headers).not.toHaveProperty('www-authenticate')
  })

  test('aws-jwt-verify wants one of its scopes, requireScopes all', async () => {
    const { validateJwtFields } = peerPackage('aws-jwt-verify/jwt')
    const token = await issuer.token({ audience, scope: 'read' })
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const wanted = { issuer: issuer.url, audience, scope: ['read', 'write'] }
    expect(() => validateJwtFields(claims, wanted)).not.toThrow()
    const app = serve(requireAuth({ issuer: issuer.url, audience }), requireScopes('read', 'write'))
    expect((await get(app).auth(token, { type: 'bearer' })).status).toBe(403)
  })

  test("@okta/jwt-verifier's name.includes wants all of its values", async () => {
    const OktaJwtVerifier = peerPackage('@okta/jwt-verifier')
    const { issuer: iss, jwksUri } = trustOf(issuer.url)
    const verifier = new OktaJwtVerifier({
      issuer: iss,
      jwksUri,
      testing: { disableHttpsCheck: true },
      assertClaims: { 'groups.includes': ['a', 'b'] },
    })
    const verify = async (groups: string[]) =>
      verifier.verifyAccessToken(await issuer.token({ audience, claims: { groups } }), audience)
    await expect(verify(['a'])).rejects.toThrow("does not include expected value 'b'")
    await expect(verify(['a', 'b'])).resolves.toBeDefined()
  })
})

test('what a handler of this package reads', async () => {
  const app = serve(
    requireAuth({ issuer: issuer.url, audience }),
    (req, res) => void res.json(getAuth(req).claims.sub),
  )
  const { body } = await await withToken({ claims: { sub: 'ada' } })(app)
  expect(body).toBe('ada')
})
