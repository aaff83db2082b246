import { describe, expect, test } from 'vitest'
import { goodClaims } from '../craft.js'
import { answerOf, otherAudience, otherType } from '../refused.js'
import { messages } from '../setup.js'
import { active, json, jwtOf, opaque, setup } from './scripted-server.js'

const admitted = { status: 200, challenge: undefined, body: { subject: 'auth0|ada' } }
const byClient = { claim: 'client_id', values: 'messages-web' }

/** What a request gets when the server answers with these members. */
async function answerTo(changes: object, requireAudience?: boolean, audience: object | string = messages) {
  const { get, script } = setup({
    introspection: requireAudience === undefined ? {} : { requireAudience },
    options: { audience: audience as string },
  })
  script.answer = () => json(active({ ...changes }))
  return answerOf(await get(opaque()))
}

const without = [
  ['no aud', { aud: undefined }],
  ['aud null', { aud: null }],
  ['an empty list', { aud: [] }],
] as const

const wrong = [
  ['another API', { aud: 'https://other.example' }],
  ['a list of others', { aud: ['https://other.example'] }],
  ['an empty text', { aud: '' }],
  ['a list with anything but names', { aud: [messages, 1] }],
  ['an object', { aud: { 0: messages } }],
] as const

describe('the audience of an answer (RFC 7662 §2.2)', () => {
  test.each([...without, ...wrong])('is demanded: %s is refused', async (_, changes) => {
    expect(await answerTo(changes)).toEqual(otherAudience)
    expect(await answerTo(changes, true)).toEqual(otherAudience)
  })

  test.each(without)('may be absent with requireAudience: false: %s is admitted', async (_, changes) => {
    expect(await answerTo(changes, false)).toEqual(admitted)
  })

  test.each(wrong)('must not be wrong with requireAudience: false: %s is refused', async (_, changes) => {
    expect(await answerTo(changes, false)).toEqual(otherAudience)
  })

  test.each([false, true])('that is right is admitted with requireAudience: %s', async (requireAudience) => {
    expect(await answerTo({ aud: ['https://other.example', messages] }, requireAudience)).toEqual(admitted)
  })
})

describe('another claim that stands for the audience', () => {
  test('admits a token whose claim has one of the values', async () => {
    expect(await answerTo({ aud: undefined }, undefined, byClient)).toEqual(admitted)
  })

  test.each([
    ['another value', { aud: undefined, client_id: 'other' }],
    ['no value', { aud: undefined, client_id: undefined }],
    ['an aud besides', { aud: messages }],
  ])('refuses a token with %s', async (_, changes) => {
    expect(await answerTo(changes, undefined, byClient)).toEqual(otherAudience)
  })

  test('may be absent with requireAudience: false, and must not be wrong', async () => {
    for (const none of [undefined, null])
      expect(await answerTo({ aud: none, client_id: none }, false, byClient)).toEqual(admitted)
    expect(await answerTo({ aud: undefined, client_id: 'other' }, false, byClient)).toEqual(otherAudience)
    expect(await answerTo({ aud: messages }, false, byClient)).toEqual(otherAudience)
  })
})

test('a JWT is held to its audience, whatever requireAudience says', async () => {
  const { get } = setup({ introspection: { requireAudience: false, jwts: true } })
  expect(answerOf(await get(jwtOf(goodClaims({ aud: undefined }))))).toEqual(otherAudience)
})

test.each([
  ['iss', { iss: { toString: 1 }, aud: 'https://other.example' }, otherAudience],
  ['token_type', { token_type: { toString: 1 } }, admitted],
  ['token_use', { token_use: { toString: 1 } }, otherType],
])('an answer with an odd %s is judged, never a fault', async (_, changes, expected) => {
  expect(await answerTo(changes)).toEqual(expected)
})
