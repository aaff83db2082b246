import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { startTestIssuer } from 'express-require-auth/testing'
import { expect, onTestFinished, test } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'
import { startedIssuer } from './started-issuer.js'

async function setup() {
  const issuer = await startedIssuer()
  const jwks = `${issuer.url}.well-known/jwks.json`
  return { issuer, ask: (init: RequestInit = {}) => fetch(jwks, init), jwks }
}

test('refuse destroys new connections', async () => {
  const { issuer, ask } = await setup()
  issuer.outage('refuse')
  await expect(ask()).rejects.toThrow('fetch failed')
})

test('refuse destroys kept-alive connections at once', async () => {
  const { issuer, jwks } = await setup()
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const [response] = (await once(get(jwks, { agent }), 'response')) as [IncomingMessage]
  const { socket } = response
  response.resume()
  await once(response, 'end')
  issuer.outage('refuse')
  await once(socket, 'close')
})

test('hang never answers', async () => {
  const { issuer, ask } = await setup()
  issuer.outage('hang')
  const patience = new AbortController()
  const answer = ask({ signal: patience.signal })
  await expect.poll(() => issuer.requests.jwks).toBe(1)
  setTimeout(() => patience.abort(), 100)
  await expect(answer).rejects.toThrow('aborted')
})

test('error answers 500', async () => {
  const { issuer, ask } = await setup()
  issuer.outage('error')
  const response = await ask()
  expect(response.status).toBe(500)
  expect(await response.json()).toEqual({ error: 'server_error' })
})

test('garbage answers 200 without JSON', async () => {
  const { issuer, ask } = await setup()
  issuer.outage('garbage')
  const response = await ask()
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('<!doctype html>')
})

test('drip sends a byte at a time', async () => {
  const { issuer, ask } = await setup()
  issuer.outage('drip')
  const { status, body } = await ask()
  const reader = body?.getReader()
  expect(status).toBe(200)
  expect((await reader?.read())?.value).toEqual(new Uint8Array([32]))
  expect((await reader?.read())?.value).toEqual(new Uint8Array([32]))
  await reader?.cancel()
})

test.each(['refuse', 'hang', 'error', 'garbage', 'drip'] as const)('restore ends %s', async (outage) => {
  const { issuer, ask } = await setup()
  issuer.outage(outage)
  issuer.restore()
  expect((await ask()).status).toBe(200)
})

test('close destroys requests left hanging', async () => {
  const issuer = await startTestIssuer({ signingKey: readyKey() })
  issuer.outage('hang')
  const answer = fetch(issuer.url)
  const failed = expect(answer).rejects.toThrow('fetch failed')
  await issuer.close()
  await failed
})

test('an unknown outage is a TypeError', async () => {
  const { issuer } = await setup()
  expect(() => issuer.outage('fire' as 'hang')).toThrow(
    new TypeError('outage must be one of refuse, hang, error, garbage, drip'),
  )
})
