import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { advanceSeconds, stopClock } from './clock.js'
import { json, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const throwing = () => {
  throw new Error('secret text')
}
const headers = new Headers({ 'content-type': 'application/json' })
const nodeBody = (text = '{}') => Readable.from([Buffer.from(text)])
/** As node-fetch and others have it: no class of the platform, a stream of Node as its body. */
const nodeResponse = (changes: object = {}) => ({ status: 200, headers, body: nodeBody(), ...changes })

const odd: [string, () => unknown][] = [
  ['throws text', () => Promise.reject('secret text')],
  ['throws nothing', () => Promise.reject(undefined)],
  ['throws at once', throwing],
  ['throws an error whose cause is text', () => Promise.reject(new Error('secret', { cause: 'text' }))],
  ['brings nothing', () => undefined],
  ['brings null', () => null],
  ['brings text', () => '{}'],
  ['brings an empty object', () => ({})],
  ['brings a body without cancel() under an error', () => nodeResponse({ status: 500 })],
  [
    'brings a body without cancel() that is too long',
    () => nodeResponse({ body: nodeBody(' '.repeat(2e6)) }),
  ],
  ['brings a body that cannot be iterated', () => nodeResponse({ body: { getReader: () => ({}) } })],
  ['brings a body of text', () => nodeResponse({ body: Readable.from(['{}', '{}']) })],
  [
    'brings a body that breaks',
    () =>
      nodeResponse({
        body: new Readable({
          read() {
            this.destroy('secret text' as never)
          },
        }),
      }),
  ],
  ['brings a body whose cancel() throws', () => nodeResponse({ status: 500, body: { cancel: throwing } })],
  [
    'brings a body whose cancel() rejects',
    () => nodeResponse({ status: 500, body: { cancel: () => Promise.reject('no') } }),
  ],
  [
    'brings a body whose cancel() returns nothing',
    () => nodeResponse({ status: 500, body: { cancel() {} } }),
  ],
  ['brings headers that throw', () => nodeResponse({ headers: { get: throwing } })],
  [
    'brings headers that are an object',
    () => nodeResponse({ headers: { 'content-type': 'application/json' } }),
  ],
  ['brings headers that are no text', () => nodeResponse({ headers: { get: () => 7 } })],
  ['brings no headers', () => nodeResponse({ headers: undefined })],
  [
    'brings a status that throws',
    () => Object.defineProperty({ headers, body: null }, 'status', { get: throwing }),
  ],
  [
    'brings a body that throws',
    () => Object.defineProperty({ status: 500, headers }, 'body', { get: throwing }),
  ],
]

test.each(odd)('a fetch that %s is an outage, never a fault, and stays unquoted', async (_, fetch) => {
  const { get, key, ofType } = setupScripted({ fetch: fetch as never })
  const response = await get(signedBy(key))
  expect(response.status).toBe(503)
  expect(response.body.code).toBe('keys_unavailable')
  const [failure] = ofType('keys_refresh_failed')
  expect(failure?.reason).toMatch(/^https:\/\/login\.northwind\.com\/\.well-known\//)
  expect(failure?.reason).toBe((failure?.error as Error | undefined)?.message)
  expect(failure?.reason).not.toContain('secret')
})

describe('a fetch that is not the one of the platform', () => {
  test('may bring streams of Node', async () => {
    const { get, key, script } = setupScripted({
      fetch: (async (url: string, init: RequestInit) => {
        const text = await (await script.fetch(url, init)).text()
        return nodeResponse({ body: nodeBody(text) })
      }) as never,
    })
    expect((await get(signedBy(key))).status).toBe(200)
  })

  test('recovers from whatever it brought', async () => {
    const answers = [...odd.map(([, answer]) => answer)]
    const { get, key, script } = setupScripted({
      fetch: ((url: string, init: RequestInit) =>
        (answers.shift() ?? (() => script.fetch(url, init)))()) as never,
    })
    while (answers.length > 0) {
      expect((await get(signedBy(key))).status).toBe(503)
      advanceSeconds(60)
    }
    expect((await get(signedBy(key))).status).toBe(200)
  })
})

test.each(['max-age=60 '.repeat(1000), `${' '.repeat(15_000)}max-age`, ','.repeat(15_000)])(
  'Cache-Control of any length is read or left out (%#)',
  async (cacheControl) => {
    const { get, key, script } = setupScripted()
    script.answer(script.jwksUri, () => json({ keys: [key.jwk] }, { 'cache-control': cacheControl }))
    expect((await get(signedBy(key))).status).toBe(200)
  },
)
