import { describe, expect, test } from 'vitest'
import { type CraftedKey, craft, craftKey, goodClaims } from '../craft.js'
import { stopClock } from './clock.js'
import { json, newKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const rsa = craftKey('rsa', {}, 'twin')
const ec = newKey('twin')
const rs = (alg: string) => craft({ key: rsa.privateKey, alg, header: { kid: 'twin' }, claims: goodClaims() })

function setupKeys(...keys: object[]) {
  const api = setupScripted({ algorithms: ['ES256', 'RS256', 'RS512'] })
  api.script.answer(api.script.jwksUri, () => json({ keys }))
  return api
}

test.each<[string, object[], number, () => string[]]>([
  ['a key that is listed twice', [ec.jwk, { ...ec.jwk, x5t: 'other' }], 1, () => [signedBy(ec)]],
  ['an RSA and an EC key of one kid', [rsa.jwk, ec.jwk], 2, () => [rs('RS256'), signedBy(ec)]],
  [
    'one key under RS256 and RS512',
    [
      { ...rsa.jwk, alg: 'RS256' },
      { ...rsa.jwk, alg: 'RS512' },
    ],
    2,
    () => [rs('RS256'), rs('RS512')],
  ],
])('%s is good for all its tokens', async (_, keys, count, tokens) => {
  const { get, ofType } = setupKeys(...keys)
  for (const token of tokens()) expect((await get(token)).status).toBe(200)
  expect(ofType('keys_refreshed').map((event) => event.keys)).toEqual([count])
  expect(ofType('keys_ambiguous')).toEqual([])
})

test('two EC keys without kid share none: both are kept, and nothing is told', async () => {
  const withoutKid = () => ({ ...newKey().jwk, kid: undefined })
  const { get, ofType } = setupKeys(withoutKid(), withoutKid(), ec.jwk)
  expect((await get(signedBy(ec))).status).toBe(200)
  expect(ofType('keys_refreshed').map(({ keys }) => keys)).toEqual([3])
  expect(ofType('keys_ambiguous')).toEqual([])
})

describe('two EC keys of one kid', () => {
  const another = newKey('twin')
  const sound = newKey('sound')

  test('are both dropped, and nothing else is', async () => {
    const { get } = setupKeys(ec.jwk, another.jwk, sound.jwk, rsa.jwk)
    for (const key of [ec, another] satisfies CraftedKey[]) {
      const response = await get(signedBy(key))
      expect(response.status).toBe(401)
      expect(response.body.code).toBe('key_unknown')
    }
    expect((await get(signedBy(sound))).status).toBe(200)
    expect((await get(rs('RS256'))).status).toBe(200)
  })

  test('are told of by their kid, printable and bounded', async () => {
    const kid = `\u001b[2J${'x'.repeat(200)}`
    const { get, ofType } = setupKeys(newKey(kid).jwk, newKey(kid).jwk, sound.jwk)
    await get(signedBy(sound))
    expect(ofType('keys_ambiguous')).toEqual([
      {
        type: 'keys_ambiguous',
        issuer: 'https://login.northwind.com/',
        kid: `\\u001b[2J${'x'.repeat(96)}... (204 characters)`,
      },
    ])
  })

  test('are told of when they come with the settings, too', async () => {
    const jwks = { keys: [ec.jwk, another.jwk, sound.jwk] }
    const { get, ofType } = setupScripted({ issuer: { issuer: 'https://login.northwind.com/', jwks } })
    expect((await get(signedBy(sound))).status).toBe(200)
    expect(ofType('keys_ambiguous').map(({ kid }) => kid)).toEqual(['twin'])
  })
})
