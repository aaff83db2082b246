import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type express from 'express'
import {
  authErrorHandler,
  getAuth,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
} from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { frameworks } from '../frameworks.js'
import { answerOf, expired, forbidden, malformed, missing } from '../refused.js'
import { messages, setup } from '../setup.js'

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

describe.each(frameworks)('%s', (_, framework) => {
  async function protect(options: Partial<RequireAuthOptions> = {}) {
    const { issuer } = await setup()
    const auth = requireAuth({ issuer: issuer.url, audience: messages, ...options })
    return { issuer, auth, token: await issuer.token({ scope: 'read:messages' }) }
  }
  const subject: express.RequestHandler = (req, res) => void res.json({ subject: getAuth(req).subject })

  type Auth = express.RequestHandler
  const onRouter = (auth: Auth) => {
    const router = framework.Router()
    router.use(auth)
    router.get('/messages', subject)
    return framework().use('/api', router)
  }
  const inSubApp = (auth: Auth) => framework().use('/api', framework().use(auth).get('/messages', subject))
  const mounts: [string, (auth: Auth) => express.Express][] = [
    ['on the app', (auth) => framework().use(auth).get('/api/messages', subject)],
    ['on a path of the app', (auth) => framework().use('/api', auth).get('/api/messages', subject)],
    ['on a router', onRouter],
    ['on a route', (auth) => framework().get('/api/messages', auth, subject)],
    ['on a route in a list', (auth) => framework().get('/api/messages', [auth], subject)],
    [
      'on all methods of a path',
      (auth) => framework().all('/api/messages', auth).get('/api/messages', subject),
    ],
    ['inside a sub-app', inSubApp],
    ['in front of a sub-app', (auth) => framework().use('/api', auth, framework().get('/messages', subject))],
    ['twice on one request', (auth) => framework().use(auth).get('/api/messages', auth, subject)],
    ['on the app and inside a sub-app', (auth) => framework().use(auth).use(inSubApp(auth))],
    [
      'with a scope check',
      (auth) => framework().get('/api/messages', auth, requireScopes('read:messages'), subject),
    ],
  ]

  test.each(mounts)('mounted %s it admits a good token, first and remembered', async (_, build) => {
    const { auth, token } = await protect()
    const app = build(auth).use(authErrorHandler())
    for (let round = 0; round < 2; round += 1) {
      const response = await supertest(app).get('/api/messages').auth(token, { type: 'bearer' })
      expect([response.status, response.body]).toEqual([200, { subject: 'messages-worker@clients' }])
    }
  })

  test.each(mounts)('mounted %s it refuses', async (_, build) => {
    const { issuer, auth } = await protect()
    const app = build(auth).use(authErrorHandler())
    const get = (token: string) => supertest(app).get('/api/messages').auth(token, { type: 'bearer' })
    expect(answerOf(await supertest(app).get('/api/messages'))).toEqual(missing)
    expect(answerOf(await get('a.b.c'))).toEqual(malformed)
    expect(answerOf(await get(await issuer.token({ expiresInSeconds: -60 })))).toEqual(expired)
  })

  test('a sub-app may render its own refusals', async () => {
    const { auth } = await protect()
    const app = framework().use('/api', framework().use(auth).use(authErrorHandler()))
    expect(answerOf(await supertest(app).get('/api'))).toEqual(missing)
  })

  test('without authErrorHandler the framework answers with the same status and challenge', async () => {
    const { auth } = await protect()
    const response = await supertest(framework().use(auth)).get('/')
    expect([response.status, response.headers['www-authenticate']]).toEqual([401, missing.challenge])
    expect(response.text).toContain('No access token was sent')
  })

  test('two middlewares for different audiences both have to be content', async () => {
    const { issuer, auth } = await protect()
    const second = requireAuth({ issuer: issuer.url, audience: 'https://files.northwind.com' })
    const app = framework().use(auth, second).get('/', subject).use(authErrorHandler())
    const get = (token: string) => supertest(app).get('/').auth(token, { type: 'bearer' })
    const both = await issuer.token({ audience: [messages, 'https://files.northwind.com'] })
    expect((await get(both)).status).toBe(200)
    expect((await get(await issuer.token())).body.code).toBe('audience_mismatch')
  })

  /** Counts how often the error handler is reached. */
  function counting(app: express.Express) {
    const errors: unknown[] = []
    app.use(((error, _req, res, _next) => {
      errors.push(error)
      res.sendStatus(error.status ?? 500)
    }) as express.ErrorRequestHandler)
    return errors
  }

  test.each(['first', 'remembered'])(
    'an error of a handler behind a %s verdict reaches the error handler once',
    async (when) => {
      const { auth, token } = await protect()
      if (when === 'remembered') await auth.verify(token)
      const own = new Error('no database')
      const app = framework().get('/', auth, () => {
        throw own
      })
      const errors = counting(app)
      expect((await supertest(app).get('/').auth(token, { type: 'bearer' })).status).toBe(500)
      expect(errors).toEqual([own])
    },
  )

  test('the error of an async handler reaches the error handler once', async () => {
    const { auth, token } = await protect()
    const own = new Error('no database')
    const app = framework().get('/', auth, (_req, _res, next) => void Promise.reject(own).catch(next))
    const errors = counting(app)
    expect((await supertest(app).get('/').auth(token, { type: 'bearer' })).status).toBe(500)
    expect(errors).toEqual([own])
  })

  test.each([
    [
      'at once',
      () => {
        throw new Error('no database')
      },
    ],
    [
      'later',
      async () => {
        throw new Error('no database')
      },
    ],
  ])(
    'an error that isRevoked throws %s reaches the error handler once, first and remembered',
    async (_, isRevoked) => {
      const { auth, token } = await protect({ isRevoked })
      const app = framework().get('/', auth, subject)
      const errors = counting(app)
      const get = () => supertest(app).get('/').auth(token, { type: 'bearer' })
      expect([(await get()).status, (await get()).status, errors.length]).toEqual([500, 500, 2])
    },
  )

  test('a refusal reaches the error handler once, and no handler behind', async () => {
    const { auth } = await protect()
    let reached = 0
    const app = framework().use(auth, auth, (_req, _res, next) => {
      reached += 1
      next()
    })
    const errors = counting(app)
    await supertest(app).get('/').auth('a.b.c', { type: 'bearer' })
    expect([errors.length, reached]).toEqual([1, 0])
  })

  test.each(['query', 'header'] as const)(
    'a request that was answered before its verdict is left alone (%s)',
    async (place) => {
      const { auth, issuer, token } = await protect({ tokenFrom: ['header', 'query'] })
      const impatient: express.RequestHandler = (_req, res, next) => {
        res.json({ subject: 'nobody' })
        next()
      }
      const settled: ReturnType<typeof deferred<unknown>>[] = [deferred(), deferred(), deferred()]
      const left = [...settled]
      const tell = (outcome: unknown) => left.shift()?.resolve(outcome)
      const app = framework().use(impatient, auth, requireScopes('read:messages'), (() =>
        tell('admitted')) as express.RequestHandler)
      app.use(((error, _req, _res, _next) => void tell(error.code)) as express.ErrorRequestHandler)
      const get = (text: string) =>
        place === 'query'
          ? supertest(app).get(`/?access_token=${text}`)
          : supertest(app).get('/').auth(text, { type: 'bearer' })
      expect((await get(token)).body).toEqual({ subject: 'nobody' })
      expect(await settled[0]?.promise).toBe('admitted')
      expect((await get(await issuer.token({ expiresInSeconds: -60 }))).status).toBe(200)
      expect(await settled[1]?.promise).toBe('token_expired')
      expect((await get(await issuer.token({ scope: 'other' }))).status).toBe(200)
      expect(await settled[2]?.promise).toBe('insufficient_scope')
    },
  )

  test('a client that goes away during its verification leaves nothing behind', async () => {
    const { issuer, auth, token } = await protect({ jwks: { timeoutSeconds: 0.2 } })
    const closed = deferred<boolean>()
    const errors = deferred<unknown>()
    const app = framework()
    app.use((req, _res, next) => {
      req.socket.on('close', () => closed.resolve(true))
      next()
    })
    app.use(auth, subject)
    app.use(((error, _req, res, _next) => {
      errors.resolve(error.code)
      res.sendStatus(error.status)
    }) as express.ErrorRequestHandler)
    const server = app.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    issuer.outage('hang')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    await once(server, 'request')
    socket.destroy()
    expect(await closed.promise).toBe(true)
    expect(await errors.promise).toBe('keys_unavailable')
    issuer.restore()
    const connections = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    expect(connections).toBe(0)
  })

  test('a scope check behind it refuses alike', async () => {
    const { auth, token } = await protect()
    const app = framework().get('/', auth, requireScopes('write:messages'), subject).use(authErrorHandler())
    expect(answerOf(await supertest(app).get('/').auth(token, { type: 'bearer' }))).toEqual(
      forbidden('insufficient_scope', 'The access token lacks a required scope', ', scope="write:messages"'),
    )
  })
})
