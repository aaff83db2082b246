import { randomUUID } from 'node:crypto'
import { startTestIssuer } from 'express-require-auth/testing'
import { createClient } from 'redis'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { isWithoutRedis, type RedisServer, startRedis } from '../test/redis/redis-server.js'
import { createLogoutAwareApi } from './back-channel-logout.js'

const audience = 'https://messages.northwind.com'
const clientId = 'messages-web'
const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

describe.skipIf(isWithoutRedis)('back-channel logout', async () => {
  const issuer = await startTestIssuer({ signingKey: readyKey() })
  let server: RedisServer
  let redis: ReturnType<typeof createClient>
  let api: ReturnType<typeof createLogoutAwareApi>

  beforeAll(async () => {
    server = await startRedis()
    redis = createClient({ url: server.url })
    redis.on('error', () => {})
    await redis.connect()
    const jwksUri = `${issuer.url}.well-known/jwks.json`
    api = createLogoutAwareApi({ issuer: issuer.url, jwksUri, audience, clientId, redis })
  })

  afterAll(async () => {
    redis?.destroy()
    await server?.close()
    await issuer.close()
  })

  const accessToken = (claims: object) => issuer.token({ audience, claims: { sub: 'ada', ...claims } })

  async function status(token: string): Promise<number> {
    return (await request(api).get('/me').auth(token, { type: 'bearer' })).status
  }

  async function logOut(claims: object, header: object = {}) {
    const token = await issuer.token({
      audience: clientId,
      scope: '',
      expiresInSeconds: 120,
      claims: { jti: randomUUID(), sub: undefined, events, ...claims },
      header: { typ: 'logout+jwt', ...header },
    })
    return request(api).post('/backchannel-logout').type('form').send({ logout_token: token })
  }

  test('ends the tokens of the log-in, and of no other', async () => {
    const [ended, other] = [await accessToken({ sid: 's1' }), await accessToken({ sid: 's2' })]
    expect(await status(ended)).toBe(200)
    const { status: answer, headers } = await logOut({ sid: 's1' })
    expect([answer, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(await status(ended)).toBe(401)
    expect(await status(other)).toBe(200)
  })

  test('without a session it ends the tokens of the user', async () => {
    const token = await accessToken({ sub: 'grace' })
    expect((await logOut({ sub: 'grace' })).status).toBe(200)
    expect(await status(token)).toBe(401)
  })

  test.each([
    ['an ID token', { nonce: 'n', sid: 's3' }, {}],
    ['a token of another type', { sid: 's3' }, { typ: 'JWT' }],
    ['a token for another client', { sid: 's3', aud: 'other' }, {}],
    ['a token of another issuer', { sid: 's3', iss: 'https://evil.example/' }, {}],
    ['a token without the event', { sid: 's3', events: {} }, {}],
    ['a token of nobody', {}, {}],
    ['an old token', { sid: 's3', iat: 1_700_000_000 }, {}],
  ])('%s logs nobody out', async (_, claims, header) => {
    const token = await accessToken({ sid: 's3' })
    expect((await logOut(claims, header)).status).toBe(400)
    expect(await status(token)).toBe(200)
  })

  test('no token at all is a bad request', async () => {
    expect((await request(api).post('/backchannel-logout')).status).toBe(400)
  })

  test('when Redis is down the issuer is told so, and may try again', async () => {
    await server.kill()
    expect((await logOut({ sid: 's4' })).status).toBe(500)
    expect(await status(await accessToken({}))).toBe(503)
  })
})
