import { describe, expect, test } from 'vitest'
import { advanceSeconds, stopClock } from '../issuer/clock.js'
import { answerOf, tokenRefused } from '../refused.js'
import { active, json, opaque, setup } from './scripted-server.js'

stopClock()

const now = () => Date.now() / 1000
const inactive = tokenRefused('token_inactive', 'The access token is not active')

/** How often the server was asked by a request of `token` after each of these waits, in seconds. */
async function questions(
  { get, asked }: ReturnType<typeof setup>,
  token: string,
  waits: readonly number[],
): Promise<number[]> {
  const counts = []
  for (const seconds of waits) {
    advanceSeconds(seconds)
    await get(token)
    counts.push(asked.length)
  }
  return counts
}

describe('an answer is used again (RFC 7662 §4)', () => {
  test('for 30 seconds by default', async () => {
    expect(await questions(setup(), opaque(), [0, 0, 29, 1, 29])).toEqual([1, 1, 1, 2, 2])
  })

  test('for maxAgeSeconds', async () => {
    const server = setup({ introspection: { maxAgeSeconds: 100 } })
    expect(await questions(server, opaque(), [0, 99, 1])).toEqual([1, 1, 2])
  })

  test('never, at maxAgeSeconds 0', async () => {
    const server = setup({ introspection: { maxAgeSeconds: 0 } })
    expect(await questions(server, opaque(), [0, 0, 0])).toEqual([1, 2, 3])
    server.script.answer = () => json({ active: false })
    expect(await questions(server, opaque(), [0, 0])).toEqual([4, 5])
  })

  test('never beyond exp, leeway or not', async () => {
    const server = setup({ introspection: { maxAgeSeconds: 100 }, options: { clockToleranceSeconds: 60 } })
    const answer = active({ exp: now() + 50 })
    server.script.answer = () => json(answer)
    expect(await questions(server, opaque(), [0, 49, 1])).toEqual([1, 1, 2])
  })

  test('never beyond maxTokenAgeSeconds', async () => {
    const server = setup({
      introspection: { maxAgeSeconds: 100 },
      options: { maxTokenAgeSeconds: 20, clockToleranceSeconds: 0 },
    })
    const answer = active({ iat: Math.floor(now()) })
    server.script.answer = () => json(answer)
    const counts = await questions(server, opaque(), [0, 18, 3])
    expect(counts).toEqual([1, 1, 2])
  })

  test('for its own token only', async () => {
    const server = setup()
    await server.get(opaque())
    await server.get(opaque())
    expect(server.asked).toHaveLength(2)
  })
})

describe('a refusal is used again for a shorter time', () => {
  test('of 5 seconds', async () => {
    const server = setup({ introspection: { maxAgeSeconds: 100 } })
    server.script.answer = () => json({ active: false })
    expect(await questions(server, opaque(), [0, 4, 1])).toEqual([1, 1, 2])
  })

  test('and of no more than maxAgeSeconds', async () => {
    const server = setup({ introspection: { maxAgeSeconds: 2 } })
    server.script.answer = () => json(active({ aud: 'other' }))
    expect(await questions(server, opaque(), [0, 1, 1])).toEqual([1, 1, 2])
  })

  test('in the same words', async () => {
    const { get, script } = setup()
    script.answer = () => json({ active: false })
    const token = opaque()
    expect(answerOf(await get(token))).toEqual(inactive)
    expect(answerOf(await get(token))).toEqual(inactive)
  })

  test('and takes the place of an answer that is over', async () => {
    const server = setup({ introspection: { maxAgeSeconds: 10 } })
    const token = opaque()
    expect((await server.get(token)).status).toBe(200)
    server.script.answer = () => json({ active: false })
    advanceSeconds(10)
    expect(answerOf(await server.get(token))).toEqual(inactive)
    expect(answerOf(await server.get(token))).toEqual(inactive)
    expect(server.asked).toHaveLength(2)
    server.script.answer = () => json(active())
    advanceSeconds(5)
    expect((await server.get(token)).status).toBe(200)
  })

  test('an outage is no answer: the next request asks again', async () => {
    const { get, asked, script } = setup()
    script.answer = () => json({}, 500)
    const token = opaque()
    expect((await get(token)).status).toBe(503)
    script.answer = () => json(active())
    expect((await get(token)).status).toBe(200)
    expect(asked).toHaveLength(2)
  })
})

describe('memory is bounded', () => {
  test('by a flood of invented tokens, which drive out no good one', async () => {
    const { auth, asked, script } = setup()
    const good = opaque()
    await auth.verify(good)
    script.answer = () => json({ active: false })
    const first = opaque()
    const invented = [first, ...Array.from({ length: 1000 }, opaque)]
    for (const token of invented) await auth.verify(token).catch(() => {})
    expect(asked).toHaveLength(1002)
    await auth.verify(good)
    await auth.verify(invented.at(-1) as string).catch(() => {})
    expect(asked).toHaveLength(1002)
    await auth.verify(first).catch(() => {}) // the one forgotten
    expect(asked).toHaveLength(1003)
  })
})

test('concurrent questions about one token are one', async () => {
  const { auth, asked, script } = setup()
  const waiting: (() => void)[] = []
  script.answer = () => new Promise((resolve) => waiting.push(() => resolve(json(active()))))
  const token = opaque()
  const verdicts = [auth.verify(token), auth.verify(token), auth.verify(token)]
  while (waiting.length === 0) await new Promise(setImmediate)
  for (const answer of waiting) answer()
  const [first, ...others] = await Promise.all(verdicts)
  for (const other of others) expect(other).toBe(first)
  expect(asked).toHaveLength(1)
})

test('a remembered answer is judged without a turn of the event loop', async () => {
  const { auth } = setup()
  const token = opaque()
  await auth.verify(token)
  const req = { headers: { authorization: `Bearer ${token}` }, rawHeaders: [], method: 'GET' }
  let done = false
  auth(req as never, {} as never, () => {
    done = true
  })
  expect(done).toBe(true)
})
