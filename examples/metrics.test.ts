import express from 'express'
import { requireAuth } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import supertest from 'supertest'
import { expect, onTestFinished, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createAuthMetrics } from './metrics.js'

async function setup() {
  const issuer = await startTestIssuer({ signingKey: readyKey() })
  onTestFinished(issuer.close)
  const { onEvent, handler } = createAuthMetrics()
  const app = express()
  app.get('/metrics', handler)
  app.use(requireAuth({ issuer: issuer.url, audience: 'https://messages.northwind.com', onEvent }))
  app.get('/', (_req, res) => void res.json({}))
  const get = (token: string) => supertest(app).get('/').set('Authorization', `Bearer ${token}`)
  const metrics = async () => (await supertest(app).get('/metrics')).text.split('\n')
  return { app, issuer, get, metrics }
}

test('requests are counted by their outcome', async () => {
  const { app, issuer, get, metrics } = await setup()
  const token = await issuer.token()
  for (let n = 0; n < 3; n += 1) await get(token)
  await get(await issuer.token({ expiresInSeconds: -60 }))
  await supertest(app).get('/')
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      'auth_requests_total{outcome="accepted"} 3',
      'auth_requests_total{outcome="token_expired"} 1',
      'auth_requests_total{outcome="token_missing"} 1',
      'auth_seconds_count{source="jwt"} 1',
      'auth_seconds_count{source="cache"} 2',
      'auth_seconds_count{source="refused"} 2',
    ]),
  )
})

test('key sets are counted by issuer, and their withdrawn keys', async () => {
  const { issuer, get, metrics } = await setup()
  await get(await issuer.token())
  await issuer.rotateKeys({ signingKey: readyKey() })
  await get(await issuer.token())
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      `auth_key_refreshes_total{issuer="${issuer.url}",result="refreshed"} 2`,
      `auth_keys_withdrawn_total{issuer="${issuer.url}"} 1`,
      `auth_issuer_up{issuer="${issuer.url}"} 1`,
    ]),
  )
})

test('an issuer that is out of order is seen', async () => {
  const { issuer, get, metrics } = await setup()
  issuer.outage('error')
  await get(await issuer.token())
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      `auth_key_refreshes_total{issuer="${issuer.url}",result="failed"} 1`,
      `auth_issuer_up{issuer="${issuer.url}"} 0`,
      'auth_requests_total{outcome="keys_unavailable"} 1',
    ]),
  )
})

test('a failed refresh that keys outlive is told apart', async () => {
  const { issuer, get, metrics } = await setup()
  await get(await issuer.token())
  await issuer.rotateKeys({ signingKey: readyKey() })
  issuer.outage('error')
  await get(await issuer.token())
  expect(await metrics()).toContain(
    `auth_key_refreshes_total{issuer="${issuer.url}",result="failed_serving_stale"} 1`,
  )
})

test('metrics are answered in the Prometheus text format', async () => {
  const { app } = await setup()
  const response = await supertest(app).get('/metrics')
  expect(response.status).toBe(200)
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
})
