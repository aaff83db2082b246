import { startTestIssuer } from 'express-require-auth/testing'
import { afterAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { guarded } from './web-request.js'

const issuer = await startTestIssuer({ signingKey: readyKey() })
afterAll(() => issuer.close())

const url = 'https://api.northwind.com/messages'
const options = { issuer: issuer.url, audience: 'https://messages.northwind.com', dpop: {} }
const handle = guarded(options, (_, { subject, scheme }) => Response.json({ subject, scheme }))
const ask = (headers: Record<string, string> = {}) => handle(new Request(url, { headers }))

test('a request with a token reaches the handler, without Express', async () => {
  const response = await ask({ authorization: `Bearer ${await issuer.token()}` })
  expect([response.status, await response.json()]).toEqual([
    200,
    { subject: 'messages-worker@clients', scheme: 'Bearer' },
  ])
})

test('a bound token needs its proof, for this very URL', async () => {
  const key = await issuer.dpop()
  const token = await key.token()
  const headers = { authorization: `DPoP ${token}` }
  const proven = await ask({ ...headers, dpop: await key.proof('GET', url, token) })
  expect([proven.status, await proven.json()]).toMatchObject([200, { scheme: 'DPoP' }])
  const elsewhere = await ask({ ...headers, dpop: await key.proof('GET', `${url}/other`, token) })
  expect([elsewhere.status, await elsewhere.json()]).toMatchObject([401, { code: 'proof_target_mismatch' }])
})

test('a request without credentials gets the bare challenge', async () => {
  const response = await ask()
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="api", DPoP realm="api", algs="/)
})

test('an error of the handler is passed on', async () => {
  const own = new Error('the database is gone')
  const failing = guarded(options, () => Promise.reject(own))
  const headers = { authorization: `Bearer ${await issuer.token()}` }
  await expect(failing(new Request(url, { headers }))).rejects.toBe(own)
})
