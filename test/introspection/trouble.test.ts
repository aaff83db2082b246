import { describe, expect, test } from 'vitest'
import { createLimit } from '../../src/net/limit.js'
import { advanceSeconds, setWallClock, stopClock, until } from '../issuer/clock.js'
import { answerOf, unavailable } from '../refused.js'
import { active, endpoint, json, metadataUrl, opaque, setup } from './scripted-server.js'

stopClock()

const introspectionUnavailable = unavailable(
  'introspection_unavailable',
  'The authorization server cannot be asked about the token',
)

/** A server that answers when the test says so. */
function setupWaiting(introspection: object = {}) {
  const server = setup({ introspection: { timeoutSeconds: 60, ...introspection } })
  const waiting: ((answer: Response | Error) => void)[] = []
  let mostAtOnce = 0
  server.script.answer = () =>
    new Promise((resolve, reject) => {
      waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)))
      mostAtOnce = Math.max(mostAtOnce, waiting.length)
    })
  return { ...server, waiting, mostAtOnce: () => mostAtOnce }
}

const unreachable = () => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } })
const codeOf = (error: { code?: string }) => error.code

describe('one moment of trouble counts once', () => {
  test.each([
    ['at one moment', 0],
    ['one after another', 0.3],
  ])('seven questions that fail %s keep others away for a second at most', async (_, secondsBetween) => {
    const { auth, get, script, waiting } = setupWaiting()
    const invented = Array.from({ length: 7 }, () => auth.verify(opaque()).catch(codeOf))
    await until(() => waiting.length === 7)
    advanceSeconds(5)
    for (const fail of waiting) {
      fail(unreachable())
      await new Promise(setImmediate)
      advanceSeconds(secondsBetween)
    }
    expect(new Set(await Promise.all(invented))).toEqual(new Set(['introspection_unavailable']))
    script.answer = () => json(active())
    advanceSeconds(1)
    expect((await get(opaque())).status).toBe(200)
  })

  test('trouble that lasts makes the pauses longer, up to a minute', async () => {
    const { get, asked, script } = setup()
    script.answer = () => {
      throw unreachable()
    }
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await get(opaque())
      advanceSeconds(seconds / 2 - 0.001) // no less than half of it
      expect(Number((await get(opaque())).headers['retry-after'])).toBeLessThanOrEqual(seconds)
      advanceSeconds(seconds / 2 + 0.001)
    }
    expect(asked).toHaveLength(8)
  })
})

const deep = `{"active":true,"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
const asJson = (text: string) => new Response(text, { headers: { 'content-type': 'application/json' } })

describe('trouble with one token starts no pause', () => {
  test.each([
    ['too large', () => json({ long: 'x'.repeat(65_536) }), 'answered with more than 65536 bytes'],
    ['no JSON', () => asJson('{'), 'did not answer with JSON'],
    ['no UTF-8', () => latin1('"\xff"'), 'did not answer with JSON'],
    ['a list', () => json([]), 'did not answer with a JSON object'],
    ['HTML', () => new Response('<html>'), 'did not answer with JSON content'],
    ['nested too deeply', () => asJson(deep), 'answered with too deep an object'],
    ['an error of the server', () => json({}, 500), 'answered with status 500'],
  ])('when the answer is %s', async (_, answer, reason) => {
    const { get, events, script } = setup()
    script.answer = ({ form }) => (form.get('token') === 'poison' ? answer() : json(active()))
    expect(answerOf(await get('poison'))).toEqual(introspectionUnavailable)
    expect(events).toContainEqual(expect.objectContaining({ reason: `${endpoint} ${reason}` }))
    expect((await get(opaque())).status).toBe(200)
  })

  test('and an answer nested as deeply as any real one is taken', async () => {
    const { get, script } = setup()
    const nested = JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`)
    script.answer = () => json(active({ nested }))
    expect((await get(opaque())).status).toBe(200)
  })
})

function latin1(text: string): Response {
  return new Response(Buffer.from(text, 'latin1'), { headers: { 'content-type': 'application/json' } })
}

describe('a flood of invented tokens', () => {
  test('opens 50 connections at most, and all are answered', async () => {
    const { auth, waiting, mostAtOnce, asked } = setupWaiting()
    const verdicts = Array.from({ length: 500 }, () => auth.verify(opaque()).catch(codeOf))
    for (let answered = 0; answered < 500; answered += 1) {
      await until(() => waiting.length > 0)
      waiting.shift()?.(json({ active: false }))
    }
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['token_inactive']))
    expect([mostAtOnce(), asked.length]).toEqual([50, 500])
  })

  test('waits in a line of a thousand: more get 503 at once', async () => {
    const { auth, get, waiting } = setupWaiting()
    const verdicts = Array.from({ length: 1050 }, () => auth.verify(opaque()).catch(codeOf))
    await until(() => waiting.length === 50)
    const response = await get(opaque())
    expect(answerOf(response)).toEqual(introspectionUnavailable)
    expect(response.headers['retry-after']).toBe('1')
    for (let answered = 0; answered < 1050; answered += 1) {
      await until(() => waiting.length > 0)
      waiting.shift()?.(json({ active: false }))
    }
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['token_inactive']))
  })

  test('ends with the first failure: those in the line are not asked', async () => {
    const { auth, waiting, asked } = setupWaiting()
    const verdicts = Array.from({ length: 200 }, () => auth.verify(opaque()).catch(codeOf))
    await until(() => waiting.length === 50)
    for (const fail of waiting) fail(unreachable())
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['introspection_unavailable']))
    expect(asked).toHaveLength(50)
  })

  test('looks up the endpoint once', async () => {
    const { auth, asked } = setup({ introspection: { endpoint: undefined } as never })
    await Promise.all(Array.from({ length: 20 }, () => auth.verify(opaque())))
    expect(asked.filter(({ url }) => url === metadataUrl)).toHaveLength(1)
  })
})

test('nobody waits for a turn longer than waitSeconds', async () => {
  const run = createLimit({ atOnce: 1, waiting: 9, waitSeconds: 0.01 }, () => new Error('too long'))
  let end = () => {}
  const first = run(() => new Promise<void>((resolve) => (end = resolve)))
  await expect(run(async () => 'second')).rejects.toThrow('too long')
  end()
  await first
  expect(await run(async () => 'third')).toBe('third')
})

test('an answer is not kept longer when the wall clock is set back', async () => {
  const { get, script } = setup({ options: { clockToleranceSeconds: 300 } })
  const token = opaque()
  expect((await get(token)).status).toBe(200)
  script.answer = () => json({ active: false })
  setWallClock(-250)
  advanceSeconds(29)
  expect((await get(token)).status).toBe(200)
  advanceSeconds(1)
  expect((await get(token)).body.code).toBe('token_inactive')
})
