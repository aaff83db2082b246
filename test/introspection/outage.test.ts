import { describe, expect, test } from 'vitest'
import { craftedIssuer } from '../craft.js'
import { advanceSeconds, stopClock } from '../issuer/clock.js'
import { answerOf, unavailable } from '../refused.js'
import { active, endpoint, json, metadataUrl, opaque, setup } from './scripted-server.js'

stopClock()

const introspectionUnavailable = unavailable(
  'introspection_unavailable',
  'The authorization server cannot be asked about the token',
)

const refuseConnections = () => {
  throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
}

describe('503 with Retry-After, without a challenge', () => {
  test.each([
    ['refuses connections', refuseConnections, 'could not be reached (ECONNREFUSED)'],
    ['answers 500', () => json({}, 500), 'answered with status 500'],
    ['answers 401 (RFC 7662 §2.3)', () => json({}, 401), 'answered with status 401'],
    ['answers 403', () => json({}, 403), 'answered with status 403'],
    ['answers 400', () => json({ error: 'invalid_request' }, 400), 'answered with status 400'],
    [
      'redirects',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } }),
      'answered with a redirect, which is refused',
    ],
    ['answers with HTML', () => new Response('<html>'), 'did not answer with JSON content'],
    [
      'answers with what is no JSON',
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
      'did not answer with JSON',
    ],
    ['answers with a list', () => json([active()]), 'did not answer with a JSON object'],
    ['answers with null', () => json(null), 'did not answer with a JSON object'],
    ['answers endlessly', () => json({ long: 'x'.repeat(65_536) }), 'answered with more than 65536 bytes'],
  ])('when the endpoint %s', async (_, answer, reason) => {
    const { get, script, events } = setup()
    script.answer = answer
    const response = await get(opaque())
    expect(answerOf(response)).toEqual(introspectionUnavailable)
    expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(events).toContainEqual({
      type: 'introspection_failed',
      issuer: craftedIssuer,
      reason: `${endpoint} ${reason}`,
      error: expect.objectContaining({ message: `${endpoint} ${reason}` }),
    })
  })

  test('when it hangs', async () => {
    const { get, script } = setup({ introspection: { timeoutSeconds: 0.05 } })
    script.answer = () => new Promise(() => {})
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })

  test('when discovery is down', async () => {
    const { get, script } = setup({ introspection: { endpoint: undefined } as never })
    script.metadata = refuseConnections
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })
})

test('the reason is the cause of the error, and quotes neither token nor answer', async () => {
  const { auth, script } = setup()
  script.answer = () => json({ error_description: 'quoted' }, 401)
  const token = opaque()
  const error = await auth.verify(token).catch((each: Error) => each)
  const { cause } = error as Error & { cause: Error }
  expect(cause.message).toBe(`${endpoint} answered with status 401`)
  expect(JSON.stringify([error, cause, String(cause)])).not.toMatch(new RegExp(`${token}|quoted|s3cret`))
})

describe('after a failure that every question would meet, none is asked for a while', () => {
  test.each([
    ['an unreachable endpoint', refuseConnections],
    ['rejected credentials', () => json({}, 401)],
    ['too many requests', () => json({}, 429)],
  ])('%s', async (_, answer) => {
    const { get, asked, script } = setup()
    script.answer = answer
    await get(opaque())
    script.answer = () => json(active())
    const response = await get(opaque())
    expect([response.status, response.headers['retry-after']]).toEqual([503, '1'])
    expect(asked).toHaveLength(1)
    advanceSeconds(1)
    expect((await get(opaque())).status).toBe(200)
  })

  test('but a failure at one token does not keep others waiting', async () => {
    const { get, script } = setup()
    script.answer = ({ form }) => (form.get('token') === 'poison' ? json({}, 500) : json(active()))
    expect((await get('poison')).status).toBe(503)
    expect((await get(opaque())).status).toBe(200)
  })

  test('and what is remembered goes on', async () => {
    const { get, script } = setup()
    const token = opaque()
    expect((await get(token)).status).toBe(200)
    script.answer = refuseConnections
    expect((await get(opaque())).status).toBe(503)
    expect((await get(token)).status).toBe(200)
  })
})

test('the endpoint is discovered anew after a failure: it may have moved', async () => {
  const moved = `${craftedIssuer}moved`
  const { get, asked, script } = setup({ introspection: { endpoint: undefined } as never })
  await get(opaque())
  script.answer = ({ url }) => (url === moved ? json(active()) : json({}, 404))
  script.metadata = () => json({ issuer: craftedIssuer, introspection_endpoint: moved })
  expect((await get(opaque())).status).toBe(503)
  expect((await get(opaque())).status).toBe(200)
  expect(asked.map(({ url }) => url)).toEqual([metadataUrl, endpoint, endpoint, metadataUrl, moved])
})

test('the endpoint is not discovered anew after a failure that may be about one token', async () => {
  const { get, asked, script } = setup({ introspection: { endpoint: undefined } as never })
  for (const status of [400, 500]) {
    script.answer = () => json({}, status)
    expect((await get(opaque())).status).toBe(503)
  }
  expect(asked.map(({ url }) => url)).toEqual([metadataUrl, endpoint, endpoint])
})

test.each([
  [31, 200],
  [32, 503],
])('an answer with objects %i deep in it gets %i', async (depth, status) => {
  let deep = {}
  for (let level = 1; level < depth; level += 1) deep = { deep }
  const { get, script } = setup()
  script.answer = () => json(active({ deep }))
  expect((await get(opaque())).status).toBe(status)
})

test('a fault of a listener fails no request', async () => {
  const { get } = setup({
    options: {
      onEvent: () => {
        throw new Error('a fault')
      },
    },
  })
  expect((await get(opaque())).status).toBe(200)
})
