import { afterEach, describe, expect, test, vi } from 'vitest'
import { craft, craftedIssuer, craftKey, goodClaims } from '../craft.js'
import { answerOf, keysUnavailable, otherType, tokenRefused, unavailable } from '../refused.js'
import { messages } from '../setup.js'
import { active, json, jwtOf, opaque, setup, signed } from './scripted-server.js'

afterEach(() => void vi.useRealTimers())

const setupSigned = () => setup({ introspection: { signedResponse: true } })
const admitted = { status: 200, challenge: undefined, body: { subject: 'auth0|ada' } }
const introspectionUnavailable = unavailable(
  'introspection_unavailable',
  'The authorization server cannot be asked about the token',
)

describe('a signed answer (RFC 9701)', () => {
  test('is asked for by its media type, and taken (§4, §5)', async () => {
    const { get, asked, script } = setupSigned()
    script.answer = () => signed(active())
    expect(answerOf(await get(opaque()))).toEqual(admitted)
    expect(asked[0]?.headers.get('accept')).toBe('application/token-introspection+jwt')
  })

  test('that says inactive is heeded', async () => {
    const { get, script } = setupSigned()
    script.answer = () => signed({ active: false })
    expect(answerOf(await get(opaque()))).toEqual(
      tokenRefused('token_inactive', 'The access token is not active'),
    )
  })

  test('may be for several, and have its type in full', async () => {
    const { get, script } = setupSigned()
    script.answer = () =>
      signed(active(), {
        header: { typ: 'application/token-introspection+jwt' },
        claims: { aud: ['other', 'messages-api'] },
      })
    expect(answerOf(await get(opaque()))).toEqual(admitted)
  })

  const unsigned = `${Buffer.from('{"alg":"none","typ":"token-introspection+jwt"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`
  const asJwt = (text: string) =>
    new Response(text, { headers: { 'content-type': 'application/token-introspection+jwt' } })

  test.each([
    ['of another type', () => signed(active(), { header: { typ: 'JWT' } })],
    ['of no type', () => signed(active(), { header: { typ: undefined } })],
    ['of another algorithm', () => signed(active(), { header: { alg: 'RS256' } })],
    ['that is not signed', () => asJwt(unsigned)],
    ['by an unknown key', () => signed(active(), { by: craftKey('ec', {}, 'other') })],
    ['by another key', () => signed(active(), { by: craftKey('ec', {}, 'server') })],
    ['with crit', () => signed(active(), { header: { crit: ['x'], x: 1 } })],
    ['of another issuer', () => signed(active(), { claims: { iss: 'https://evil.example/' } })],
    ['for another client', () => signed(active(), { claims: { aud: 'other' } })],
    ['for nobody', () => signed(active(), { claims: { aud: undefined } })],
    ['without iat', () => signed(active(), { claims: { iat: undefined } })],
    ['without data', () => signed(undefined)],
    ['whose data is a list', () => signed([active()])],
    ['whose data is outside of token_introspection', () => signed(undefined, { claims: active() })],
    ['that is no JWT', () => asJwt('{"active":true}')],
    ['without its signature, as plain JSON', () => json(active())],
  ])('%s is not believed: 503 (RFC 9701 §5, §8)', async (_, answer) => {
    const { get, script } = setupSigned()
    script.answer = answer
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })

  const now = () => Math.floor(Date.now() / 1000)

  test.each([
    ['made a little before the question by a clock that is slow', () => ({ iat: now() - 4 })],
    ['made a little ahead of our clock', () => ({ iat: now() + 4 })],
    ['that has just ended', () => ({ exp: now() - 3 })],
    ['that is about to begin', () => ({ nbf: now() + 3 })],
    ['with times to come', () => ({ exp: now() + 60, nbf: now() })],
    ['for the audience of this API', () => ({ aud: messages })],
    ['for this API among others', () => ({ aud: ['https://other.example', messages] })],
  ])('%s is taken (RFC 9701 §5)', async (_, claims) => {
    const { get, script } = setupSigned()
    script.answer = () => signed(active(), { claims: claims() })
    expect(answerOf(await get(opaque()))).toEqual(admitted)
  })

  test.each([
    ['made before the question', () => ({ iat: now() - 8 })],
    ['from the future', () => ({ iat: now() + 8 })],
    ['that ended', () => ({ exp: now() - 6 })],
    ['that is not valid yet', () => ({ nbf: now() + 8 })],
    ['whose iat is a text', () => ({ iat: String(now()) })],
    ['whose exp is a text', () => ({ exp: String(now() + 60) })],
    ['whose nbf is null', () => ({ nbf: null })],
    ['for another API', () => ({ aud: ['https://other.example'] })],
    ['for a list with anything but names', () => ({ aud: ['messages-api', 1] })],
  ])('%s is not believed (RFC 9701 §5, §8)', async (_, claims) => {
    const { get, script } = setupSigned()
    script.answer = () => signed(active(), { claims: claims() })
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })

  test.each<[string, string, (now: number) => object, boolean]>([
    ['iat', 'as long before the question as clocks may differ', (time) => ({ iat: time - 5 }), true],
    ['iat', 'before that', (time) => ({ iat: time - 5.001 }), false],
    ['iat', 'as far ahead as clocks may differ', (time) => ({ iat: time + 5 }), true],
    ['iat', 'ahead of that', (time) => ({ iat: time + 5.001 }), false],
    ['nbf', 'as far ahead as clocks may differ', (time) => ({ nbf: time + 5 }), true],
    ['nbf', 'ahead of that', (time) => ({ nbf: time + 5.001 }), false],
    ['exp', 'as long ago as clocks may differ', (time) => ({ exp: time - 5 }), false],
    ['exp', 'just after that', (time) => ({ exp: time - 4.999 }), true],
  ])('whose %s is %s is judged to the moment', async (_, __, claims, isTaken) => {
    const time = 1_700_000_000
    vi.useFakeTimers({ toFake: ['Date'], now: time * 1000 })
    const { get, script } = setupSigned()
    script.answer = () => signed(active(), { claims: claims(time) })
    expect(answerOf(await get(opaque()))).toEqual(isTaken ? admitted : introspectionUnavailable)
  })

  test('that is not believed is told by its issuer', async () => {
    const { get, script, events } = setupSigned()
    script.answer = () => signed(active(), { claims: { aud: 'other' } })
    await get(opaque())
    const reason = `the signed introspection answer of ${craftedIssuer} is not valid`
    expect(events).toContainEqual(expect.objectContaining({ type: 'introspection_failed', reason }))
  })

  test('of another algorithm is not believed before any key is looked for', async () => {
    const { get, script } = setup({ introspection: { signedResponse: true, endpoint: undefined } as never })
    script.answer = () => signed(active(), { header: { alg: 'RS256' } })
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })

  test('for what is no audience but the value of another claim is not believed', async () => {
    const audience = { claim: 'client_id', values: 'messages-web' }
    const { get, script } = setup({ introspection: { signedResponse: true }, options: { audience } })
    const answer = active({ aud: undefined })
    script.answer = () => signed(answer, { claims: { aud: 'messages-web' } })
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
    script.answer = () => signed(answer)
    expect(answerOf(await get(opaque()))).toEqual(admitted)
  })

  test('by an unknown key waits for the keys of the issuer, like a token', async () => {
    const { get, script } = setup({ introspection: { signedResponse: true, endpoint: undefined } as never })
    script.answer = () => signed(active(), { by: craftKey('ec', {}, 'other') })
    expect(answerOf(await get(opaque()))).toEqual(keysUnavailable) // nobody serves them here
  })

  test('is not taken where none was asked for', async () => {
    const { get, script } = setup()
    script.answer = () => signed(active())
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })

  test('is never an access token (RFC 9701 §8.1)', async () => {
    const { get, script } = setupSigned()
    const answer = signed(active(), { claims: goodClaims({ iss: craftedIssuer }) })
    expect(answerOf(await get(await answer.text()))).toEqual(otherType)
    const untyped = jwtOf({ ...goodClaims(), token_introspection: active() })
    script.answer = () => asJwt(untyped)
    expect(answerOf(await get(opaque()))).toEqual(introspectionUnavailable)
  })

  test('and a JWT of that kind without typ is none either', async () => {
    const { privateKey } = craftKey('ec')
    const { get } = setupSigned()
    const token = craft({
      header: { typ: 'JWT', alg: 'ES256' },
      claims: { ...goodClaims(), token_introspection: active() },
      key: privateKey,
      alg: 'ES256',
    })
    expect(answerOf(await get(token))).toEqual(otherType)
  })
})
