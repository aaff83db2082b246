import { describe, expect, test } from 'vitest'
import { craft, craftKey, goodClaims, trusting } from '../craft.js'
import { active, json, opaque, setup } from '../introspection/scripted-server.js'
import { answerOf, otherType } from '../refused.js'
import { messages, mount } from '../setup.js'

const { privateKey: key, jwk } = craftKey()
const { get } = mount({ issuer: trusting(jwk), audience: messages })

/** What servers write into tokens of another kind: Cognito, Keycloak, RFC 7662, and others like them. */
const foreign: [string, Record<string, unknown>][] = [
  ...['id', 'ID', 'refresh', 'refresh_token', 'id_token', '', 7, ['access'], { use: 'access' }, true].map(
    (mark): [string, Record<string, unknown>] => ['token_use', { token_use: mark }],
  ),
  ...['ID', 'id', 'Refresh', 'Offline', 'Logout', 'Serialized-ID', 'id_token'].map(
    (mark): [string, Record<string, unknown>] => ['typ', { typ: mark }],
  ),
  ...['refresh_token', 'id_token', 'N_A', 'ID', 'Refresh'].map((mark): [string, Record<string, unknown>] => [
    'token_type',
    { token_type: mark },
  ]),
]

const own: Record<string, unknown>[] = [
  { token_use: 'access' },
  { token_use: null },
  { typ: 'Bearer' },
  { typ: null },
  { token_type: 'Bearer' },
  { token_use: 'access', typ: 'Bearer', token_type: 'bearer' },
]

describe('a JWT', () => {
  test.each(foreign)('that calls itself another kind by the claim %s is refused: %o', async (_, claims) => {
    for (const typ of ['at+jwt', 'JWT', undefined]) {
      const token = craft({ key, header: { typ }, claims: goodClaims(claims) })
      expect(answerOf(await get(token))).toEqual(otherType)
    }
  })

  test.each(own)('that calls itself an access token is admitted: %o', async (claims) => {
    expect((await get(craft({ key, claims: goodClaims(claims) }))).status).toBe(200)
  })

  test('of a type that the settings of its issuer name is admitted, and of another is not', async () => {
    const issuer = { ...trusting(jwk), tokenTypes: ['Odd+JWT'] }
    const { get: ask } = mount({ issuer, audience: messages })
    for (const typ of ['odd+jwt', 'ODD+JWT'])
      expect((await ask(craft({ key, header: { typ } }))).status).toBe(200)
    expect(answerOf(await ask(craft({ key, header: { typ: 'odd' } })))).toEqual(otherType)
  })

  test.each([
    'id+jwt',
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
    'refresh+jwt',
    'x',
  ])('that calls itself another kind by the header typ %s is refused (RFC 8725 §3.11)', async (typ) => {
    expect(answerOf(await get(craft({ key, header: { typ } })))).toEqual(otherType)
  })
})

describe('an introspection answer', () => {
  test.each(foreign)('that tells of another kind by %s is refused: %o', async (_, claims) => {
    const { get, script } = setup()
    script.answer = () => json(active(claims))
    expect(answerOf(await get(opaque()))).toEqual(otherType)
  })

  test.each(own)('that tells of an access token is admitted: %o', async (claims) => {
    const { get, script } = setup()
    script.answer = () => json(active(claims))
    expect((await get(opaque())).status).toBe(200)
  })
})
