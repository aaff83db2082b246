import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestIssuer } from 'express-require-auth/testing'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import supertest from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createDpopApi, createDpopClient } from './dpop-api.js'

const audience = 'https://messages.northwind.com'
const issuer = await startTestIssuer({ signingKey: readyKey() })
const server = createServer(createDpopApi({ issuer: issuer.url, audience, nonceSecret: 'x'.repeat(32) }))
let url: URL

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`)
})

afterAll(async () => {
  server.close().closeAllConnections()
  await issuer.close()
})

/** The local issuer binds no tokens by itself: it is told to whose key. */
async function setup() {
  const keys = await generateKeyPair('ES256', { extractable: true })
  const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey))
  const token = await issuer.token({ claims: { cnf: { jkt } } })
  const execute = [openid.allowInsecureRequests]
  const config = await openid.discovery(new URL(issuer.url), 'messages-worker', undefined, undefined, {
    execute,
  })
  return { config, token, client: await createDpopClient(config, keys) }
}

test('the client calls the API with its bound token, again and again', async () => {
  const { client, token } = await setup()
  for (const _ of [1, 2]) {
    const response = await client.get(url, token)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ scheme: 'DPoP', subject: 'messages-worker@clients' })
  }
})

test('who stole the token has no key for it', async () => {
  const { config, token } = await setup()
  const thief = await createDpopClient(config)
  await expect(thief.get(url, token)).rejects.toMatchObject({ status: 401 })
})

test('the token alone opens nothing', async () => {
  const { token } = await setup()
  const { status, headers } = await supertest(server).get('/messages').auth(token, { type: 'bearer' })
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toMatch(/^DPoP realm="api", algs="ES256 [^"]+", error="invalid_token"/)
})
