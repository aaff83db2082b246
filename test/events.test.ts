import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import type { AuthEvent } from 'express-require-auth'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { messages } from './api.js'
import { advanceSeconds, stopClock, until } from './issuer/clock.js'
import { newKey, setupScripted, signedBy } from './issuer/scripted-issuer.js'
import { mount } from './setup.js'

stopClock()

const issuer = 'https://login.northwind.com/'
const jwksUri = `${issuer}.well-known/jwks.json`
const seconds = expect.any(Number)

/** What is published on the diagnostics channel until the test ends. */
function subscribed(): AuthEvent[] {
  const published: AuthEvent[] = []
  const listen = (event: unknown) => void published.push(event as AuthEvent)
  const diagnostics = channel('express-require-auth')
  diagnostics.subscribe(listen)
  onTestFinished(() => void diagnostics.unsubscribe(listen))
  return published
}

/** Every way that tokens and keys go: known, remembered, refused, rotated, stale, out of order. */
async function runThroughAll() {
  const api = setupScripted()
  const { get, key, script, events, ofType } = api
  const tokens = [signedBy(key), signedBy(newKey()), signedBy(key, { exp: 1 })] as const
  await get(tokens[0])
  await get(tokens[0])
  await get(tokens[1])
  await get(tokens[2])
  await get()
  const rotated = newKey()
  script.publish(rotated)
  advanceSeconds(601)
  await get(tokens[0])
  await until(() => ofType('keys_refreshed').length === 3)
  script.down()
  advanceSeconds(601)
  await get(signedBy(rotated))
  await until(() => ofType('keys_refresh_failed').length === 1)
  return { ...api, tokens, events, rotated }
}

function kidOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid
}

test('each step of keys and tokens is told in its order and exact shape', async () => {
  const { events, key, tokens } = await runThroughAll()
  const reason = `${issuer}.well-known/openid-configuration could not be reached (ECONNREFUSED)`
  const unknownKid = {
    header: 'kid',
    expected: 'a key that the issuer publishes for this algorithm',
    received: kidOf(tokens[1]),
    unverified: true,
  }
  const past = {
    claim: 'exp',
    expected: expect.stringMatching(/^later than \d+$/),
    received: '1',
    unverified: true,
  }
  expect(events).toEqual([
    { type: 'issuer_discovered', issuer, jwksUri },
    { type: 'keys_refreshed', issuer, keys: 1, withdrawn: 0 },
    { type: 'accepted', issuer, source: 'jwt', seconds },
    { type: 'accepted', issuer, source: 'cache', seconds },
    { type: 'keys_refreshed', issuer, keys: 1, withdrawn: 0 },
    { type: 'refused', code: 'key_unknown', seconds, details: unknownKid },
    { type: 'refused', code: 'token_expired', seconds, details: past },
    { type: 'refused', code: 'token_missing', seconds },
    { type: 'keys_refreshed', issuer, keys: 1, withdrawn: 1 },
    { type: 'refused', code: 'key_unknown', seconds, details: { ...unknownKid, received: key.jwk.kid } },
    {
      type: 'keys_refresh_failed',
      issuer,
      reason,
      error: expect.objectContaining({ message: reason }),
      servingStale: true,
    },
    { type: 'keys_stale', issuer },
    { type: 'accepted', issuer, source: 'jwt', seconds },
  ])
})

test('the seconds of a request are its own', async () => {
  vi.useRealTimers()
  const { get, key, ofType } = setupScripted()
  const startedAt = performance.now()
  await get(signedBy(key))
  const [accepted] = ofType('accepted')
  expect(accepted?.seconds).toBeGreaterThan(0)
  expect(accepted?.seconds).toBeLessThan((performance.now() - startedAt) / 1000)
})

test('a failed refresh tells whether there are keys to go on with', async () => {
  const { get, key, script, ofType } = setupScripted()
  script.down()
  await get(signedBy(key))
  expect(ofType('keys_refresh_failed').map(({ servingStale }) => servingStale)).toEqual([false])
  expect(ofType('refused').map(({ code }) => code)).toEqual(['keys_unavailable'])
})

test('the diagnostics channel gets the same events', async () => {
  const published = subscribed()
  const { events } = await runThroughAll()
  expect(published).toEqual(events)
})

test('the diagnostics channel needs no onEvent', async () => {
  const published = subscribed()
  const { key, script } = setupScripted()
  const { get } = mount({ issuer, audience: messages, algorithms: ['ES256'], fetch: script.fetch })
  await get(signedBy(key))
  expect(published.map(({ type }) => type)).toEqual(['issuer_discovered', 'keys_refreshed', 'accepted'])
})

describe('no event holds text of a token or of an answer', () => {
  test('whatever happens to tokens', async () => {
    const { events, tokens, rotated } = await runThroughAll()
    const told = inspect(events, { depth: null, showHidden: true })
    for (const token of [...tokens, signedBy(rotated)]) {
      for (const part of token.split('.')) expect(told).not.toContain(part)
    }
    expect(told).not.toContain('auth0|ada')
  })

  test.each([
    ['a body', () => new Response('secret text', { headers: { 'content-type': 'application/json' } })],
    ['a content type', () => new Response('{}', { headers: { 'content-type': 'secret text' } })],
    ['a status text', () => new Response('{}', { status: 500, statusText: 'secret text' })],
    ['a location', () => new Response(null, { status: 302, headers: { location: 'https://secret text/' } })],
    ['key ids', () => Response.json({ keys: [newKey('secret text').jwk, newKey('secret text').jwk] })],
    ['an error', () => Promise.reject(new Error('secret text', { cause: { code: 'secret text' } }))],
  ])('that came as %s', async (_, answer) => {
    const { get, key, script, events, ofType } = setupScripted()
    script.answer(jwksUri, answer)
    expect((await get(signedBy(key))).status).toBe(503)
    expect(ofType('keys_refresh_failed')).toHaveLength(1)
    expect(inspect(events, { depth: null, showHidden: true })).not.toContain('secret text')
  })
})

describe('a listener that', () => {
  const failing: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('listener gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener gone'))],
  ]

  test.each(failing)('%s never fails a request', async (_, listen) => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => void unhandled.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { get, key, script } = setupScripted({ onEvent: listen as () => void })
    expect((await get(signedBy(key))).status).toBe(200)
    expect((await get()).status).toBe(401)
    script.down()
    advanceSeconds(601)
    expect((await get(signedBy(key))).status).toBe(200)
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })

  test('throws does not keep the event from the diagnostics channel', async () => {
    const published = subscribed()
    const { get, key } = setupScripted({
      onEvent: () => {
        throw new Error('listener gone')
      },
    })
    await get(signedBy(key))
    expect(published).toHaveLength(3)
  })

  test('changes its event changes nothing for the diagnostics channel', async () => {
    const published = subscribed()
    const { get, key } = setupScripted({ onEvent: (event) => void Object.assign(event, { type: 'changed' }) })
    await get(signedBy(key))
    expect(published.map(({ type }) => type)).toEqual(['issuer_discovered', 'keys_refreshed', 'accepted'])
  })
})
