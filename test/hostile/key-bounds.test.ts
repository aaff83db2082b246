import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto'
import type { Algorithm } from 'express-require-auth'
import { afterEach, expect, test, vi } from 'vitest'
import { callNow } from '../call-now.js'
import { craft, craftKey, goodClaims, trusting } from '../craft.js'
import { advanceSeconds, stopClock, until } from '../issuer/clock.js'
import { json, newKey, setupScripted, signedBy } from '../issuer/scripted-issuer.js'
import { messages, mount } from '../setup.js'

stopClock()
afterEach(() => void vi.restoreAllMocks())

/** An API whose issuer publishes a sound EC key, and these. */
function setupBeside(...keys: object[]) {
  const api = setupScripted({ algorithms: ['ES256', 'RS256'] })
  api.script.answer(api.script.jwksUri, () => json({ keys: [...keys, api.key.jwk] }))
  return api
}

const numberOf = (base64url: unknown) =>
  BigInt(`0x${Buffer.from(base64url as string, 'base64url').toString('hex')}`)
const base64urlOf = (number: bigint) => {
  const hex = number.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

/** A key whose true signatures verify under an exponent as long as its modulus, too: one more round of its group. */
function withLongExponent() {
  const { privateKey, jwk } = craftKey('rsa', { modulusLength: 3072 }, 'long')
  const { p, q, e } = privateKey.export({ format: 'jwk' })
  const [below, above] = [numberOf(p) - 1n, numberOf(q) - 1n]
  let [a, b] = [below, above]
  while (b > 0n) [a, b] = [b, a % b]
  return { privateKey, jwk: { ...jwk, e: base64urlOf(numberOf(e) + (below * above) / a) } }
}

test('a key with an exponent of thousands of bits is never used, though its signatures are true', async () => {
  const { privateKey, jwk } = withLongExponent()
  expect(jwk.e?.length).toBeGreaterThan(480)
  const { get, key, ofType } = setupBeside(jwk)
  const response = await get(craft({ key: privateKey, header: { kid: 'long' }, claims: goodClaims() }))
  expect(response.status).toBe(401)
  expect(response.body.code).toBe('key_unknown')
  expect((await get(signedBy(key))).status).toBe(200)
  expect(ofType('keys_refreshed')[0]?.keys).toBe(1)
})

test.each([3, 4_294_967_291])(
  'a key with the exponent %d, of 2 or of 32 bits, is used',
  async (publicExponent) => {
    const { privateKey: pem } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicExponent,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const privateKey = createPrivateKey(pem)
    const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: 'odd' }
    const { get } = setupBeside(jwk)
    expect((await get(craft({ key: privateKey, header: { kid: 'odd' }, claims: goodClaims() }))).status).toBe(
      200,
    )
  },
)

const modulusOf = (bits: number) => base64urlOf((1n << BigInt(bits - 1)) + 1n)

test.each([
  [2047, 1],
  [2048, 2],
  [8192, 2],
  [8193, 1],
  [16_384, 1],
])('with an RSA key of %d bits a set of two has %d to use', async (bits, keys) => {
  const { get, key, ofType } = setupBeside({ kty: 'RSA', n: modulusOf(bits), e: 'AQAB', kid: 'rsa' })
  expect((await get(signedBy(key))).status).toBe(200)
  expect(ofType('keys_refreshed').map((event) => event.keys)).toEqual([keys])
})

test('a set of 100 keys is taken, and one of 101 is an outage', async () => {
  const { jwk } = newKey()
  const others = (count: number) => Array.from({ length: count }, (_, n) => ({ ...jwk, kid: `other-${n}` }))
  const few = setupBeside(...others(99))
  expect((await few.get(signedBy(few.key))).status).toBe(200)
  const many = setupBeside(...others(100))
  expect((await many.get(signedBy(many.key))).status).toBe(503)
  await expect(many.auth.ready()).rejects.toThrow(
    'the key set of https://login.northwind.com/ has over 100 keys',
  )
})

const spaces = ' '.repeat(15_000)

test.each([
  [`application/json${spaces};charset=utf-8`, 200],
  [`${spaces}application/json${spaces}`, 200],
  [`application/json${spaces}x`, 503],
  [`application/${'a+'.repeat(7_500)}json`, 503],
])('a content type of 15,000 characters is read for what it is (%#)', async (type, status) => {
  const { get, key, script } = setupScripted()
  script.answer(script.jwksUri, () => json({ keys: [key.jwk] }, { 'content-type': type }))
  expect((await get(signedBy(key))).status).toBe(status)
})

test('a key that a refresh brings again is not imported again', async () => {
  const imported = vi.spyOn(KeyObject, 'from')
  const { get, key, script, ofType } = setupScripted()
  const refresh = async () => {
    const { length } = ofType('keys_refreshed')
    advanceSeconds(600)
    await get(signedBy(key))
    await until(() => ofType('keys_refreshed').length === length + 1)
  }
  await get(signedBy(key))
  expect(imported).toHaveBeenCalledTimes(1)
  await refresh()
  expect(imported).toHaveBeenCalledTimes(1)
  script.publish(newKey(), key, newKey())
  await refresh()
  expect(imported).toHaveBeenCalledTimes(3)
})

test.each<[Algorithm, 'rsa' | 'ec' | 'ed25519', object, 'at once' | 'off the event loop']>([
  ['RS256', 'rsa', { modulusLength: 2048 }, 'at once'],
  ['RS256', 'rsa', { modulusLength: 4104 }, 'off the event loop'],
  ['PS256', 'rsa', { modulusLength: 4104 }, 'off the event loop'],
  ['ES256', 'ec', { namedCurve: 'P-256' }, 'off the event loop'],
  ['ES384', 'ec', { namedCurve: 'P-384' }, 'off the event loop'],
  ['ES512', 'ec', { namedCurve: 'P-521' }, 'off the event loop'],
  ['EdDSA', 'ed25519', {}, 'off the event loop'],
])(
  '%s with a key of %s %j is verified %s',
  async (alg, type, parameters, when) => {
    const own = craftKey(type, parameters)
    const { auth, get } = mount({ issuer: trusting(own.jwk), audience: messages, algorithms: [alg] })
    await auth.ready()
    const token = craft({ key: own.privateKey, alg })
    expect(callNow(auth, token)).toEqual(when === 'at once' ? [[]] : [])
    expect((await get(token)).status).toBe(200)
    const other = craftKey(type, { ...parameters, modulusLength: 2048 })
    const forged = craft({ key: other.privateKey, alg })
    expect((await get(forged)).body.code).toBe('signature_invalid')
  },
  30_000,
)
