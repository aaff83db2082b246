import { hash } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { encode } from '../craft.js'
import { stopClock } from '../issuer/clock.js'
import { answerOf, badProof, type Sent, setup } from './protected-api.js'
import { craftRsaKey } from './rsa.js'

const now = () => Math.floor(Date.now() / 1000)

describe('nbf and exp of a proof count where they are written (RFC 7519 §4.1.4, §4.1.5)', () => {
  stopClock()
  beforeEach(() => void vi.setSystemTime(1_700_000_000_000))

  test.each([
    ['exp ahead', { exp: 1 }],
    ['exp within the tolerance', { exp: -4 }],
    ['nbf behind', { nbf: -1 }],
    ['nbf within the tolerance', { nbf: 5 }],
    ['both', { nbf: -1, exp: 1 }],
  ])('%s passes', async (_, seconds) => {
    const { send } = await setup()
    expect((await send({ proof: { claims: fromNow(seconds) } })).status).toBe(200)
  })

  test.each([
    ['exp behind', { exp: -5 }],
    ['exp long behind', { exp: -1e9 }],
    ['nbf ahead', { nbf: 6 }],
    ['nbf far ahead', { nbf: 1e300 }],
    ['exp before nbf', { nbf: 60, exp: -60 }],
  ])('%s is refused', async (_, seconds) => {
    const { send } = await setup()
    expect(answerOf(await send({ proof: { claims: fromNow(seconds) } })).code).toBe('proof_expired')
  })

  test('also where a nonce says when the proof was made', async () => {
    const { send } = await setup({ dpop: { nonce: { secrets: 'x'.repeat(32) } } })
    const nonce = (await send()).headers['dpop-nonce'] as string
    expect(answerOf(await send({ proof: { nonce, claims: { exp: now() - 60 } } })).code).toBe('proof_expired')
    expect((await send({ proof: { nonce, claims: { exp: now() + 60, iat: 0 } } })).status).toBe(200)
  })

  test.each([null, '9999999999', [], {}, true])('a time that is %j is malformed', async (time) => {
    const { send } = await setup()
    for (const name of ['nbf', 'exp'])
      expect(answerOf(await send({ proof: { claims: { [name]: time } } }))).toEqual(badProof)
  })

  function fromNow(seconds: Record<string, number>): Record<string, number> {
    return Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, now() + value]))
  }
})

describe('cnf (RFC 7800 §3.1)', () => {
  const asBearer: Sent = { scheme: 'Bearer', proof: null }

  test.each([
    ['a member of Keycloak', { 'kc-jkt-type': 'dpop' }],
    ['a member nobody heard of', { 'https://example.com/cnf': { any: ['thing'] } }],
    ['a member that is null', { unheard: null }],
  ])('is taken with %s beside one that is checked', async (_, others) => {
    const { key, send } = await setup()
    const token = await key.token({ claims: { cnf: { jkt: key.jkt, ...others } } })
    expect((await send({ token })).status).toBe(200)
    expect((await send({ ...asBearer, token })).status).toBe(401)
  })

  test.each([
    ['x5t#S256', { 'x5t#S256': 'a'.repeat(43) }],
    ['jwk', { jwk: { kty: 'EC' } }],
    ['jwe', { jwe: 'a.b.c.d.e' }],
    ['kid', { kid: 'key-1' }],
    ['jku', { jku: 'https://evil.example/', kid: 'a' }],
  ])('is refused with %s, which is off, beside one that is checked', async (_, others) => {
    const { key, send } = await setup()
    const token = await key.token({ claims: { cnf: { jkt: key.jkt, ...others } } })
    expect(answerOf(await send({ token })).code).toBe('binding_unsupported')
  })

  test.each([
    null,
    {},
    [],
    'jkt',
    7,
    false,
    { unheard: 1 },
    { jkt: null },
    { jkt: '' },
    { jkt: {} },
    ['jkt'],
  ])('%j has nothing to check, and is refused under either scheme', async (cnf) => {
    const { issuer, send } = await setup({ mtls: {} })
    const token = await issuer.token({ claims: { cnf } })
    expect(answerOf(await send({ token })).code).toBe('binding_unsupported')
    expect(answerOf(await send({ ...asBearer, token })).code).toBe('binding_unsupported')
  })

  test('with both bindings on, both must hold', async () => {
    const thumbprint = 'a'.repeat(43)
    const certificate = () => ({ 'x5t#S256': thumbprint })
    const { key, send } = await setup({ mtls: { certificate } })
    const bound = (x5t: string) => key.token({ claims: { cnf: { jkt: key.jkt, 'x5t#S256': x5t } } })
    expect((await send({ token: await bound(thumbprint) })).status).toBe(200)
    expect(answerOf(await send({ token: await bound('b'.repeat(43)) })).code).toBe('binding_mismatch')
    expect(answerOf(await send({ token: await bound(thumbprint), proof: null })).code).toBe('proof_missing')
  })
})

describe('an RSA key of a proof, which signs well (RFC 9449 §4.3-6),', () => {
  test.each([
    ['of 3072 bits is taken', 3, undefined, 200],
    ['of 8192 bits is taken', 8, undefined, 200],
    ['of 16384 bits costs too much', 16, undefined, 'proof_invalid'],
    ['with an exponent of 32 bits is taken', 3, 32, 200],
    ['with an exponent of 40 bits costs too much', 3, 40, 'proof_invalid'],
    ['with an exponent of 3040 bits costs too much', 3, 3040, 'proof_invalid'],
    ['of 1024 bits is too weak', 1, undefined, 'proof_invalid'],
  ])('%s', async (_, primes, exponentBits, answer) => {
    const { issuer, send, url } = await setup()
    const { jwk, sign } = craftRsaKey(primes, exponentBits)
    const token = await issuer.token({ claims: { cnf: { jkt: await calculateJwkThumbprint(jwk as JWK) } } })
    const header = { alg: 'RS256', typ: 'dpop+jwt', jwk }
    const ath = hash('sha256', token, 'base64url')
    const claims = { jti: 'a', htm: 'GET', htu: `${url}/messages`, iat: now(), ath }
    const signed = `${encode(header)}.${encode(claims)}`
    const response = await send({ token, proof: `${signed}.${sign(signed)}` })
    expect(response.body.code ?? response.status).toBe(answer)
  })
})
