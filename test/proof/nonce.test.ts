import { createHmac } from 'node:crypto'
import type { DpopOptions } from 'express-require-auth'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { answerOf, badProof, dpopChallenge, setup } from './protected-api.js'

const current = 'the current secret of thirty-two'
const former = 'the former secret of thirty-two.'
const dpop: DpopOptions = { nonce: { secrets: current }, maxAgeSeconds: 60 }

const nonceRequired = {
  status: 401,
  code: 'nonce_required',
  challenge: dpopChallenge('use_dpop_nonce', 'The DPoP proof needs a nonce that this API issued recently'),
}

function forwardBy(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000)
}

afterEach(() => void vi.useRealTimers())

/** A client that has been given a nonce. */
async function setupWithNonce(options: DpopOptions = dpop) {
  vi.setSystemTime(new Date('2026-06-01T12:00:00Z'))
  const api = await setup({ dpop: options })
  const { headers } = await api.send()
  return { ...api, nonce: headers['dpop-nonce'] as string }
}

test('a proof without a nonce is answered with one, which the next proof needs (RFC 9449 §8, §9)', async () => {
  const { send } = await setup({ dpop })
  const first = await send()
  expect(answerOf(first)).toEqual(nonceRequired)
  const nonce = first.headers['dpop-nonce'] as string
  expect((await send({ proof: { nonce } })).status).toBe(200)
})

test('one nonce is named, in characters of the header, and no cache may keep it (RFC 9449 §8.1, §8.2)', async () => {
  const { send } = await setup({ dpop })
  const { headers } = await send()
  expect(headers['dpop-nonce']).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(headers['dpop-nonce']).not.toContain(',')
  expect(headers['cache-control']).toBe('no-store')
})

test('without proof the missing proof is told, not the nonce (RFC 9449 §7.1)', async () => {
  const { send } = await setup({ dpop })
  expect(answerOf(await send({ proof: null })).code).toBe('proof_missing')
})

test('nonces follow from the secret alone: they cannot be predicted without it (RFC 9449 §8)', async () => {
  const { nonce } = await setupWithNonce()
  const { nonce: other } = await setupWithNonce({ ...dpop, nonce: { secrets: former } })
  const [time, mac] = nonce.split('.')
  expect(other.split('.')[0]).toBe(time)
  expect(other.split('.')[1]).not.toBe(mac)
})

test.each([
  ['made up', 'nonce'],
  ['of a time without its HMAC', 'tx3ylc'],
  ['a number', 5],
  ['empty', ''],
  [
    'signed with another secret',
    `tx3ylc.${createHmac('sha256', former).update('dpop-nonce tx3ylc').digest('base64url')}`,
  ],
])('a nonce that is %s is answered with a good one (RFC 9449 §4.3-10)', async (_, nonce) => {
  const { send } = await setup({ dpop })
  const response = await send({ proof: { claims: { nonce } } })
  expect(answerOf(response)).toEqual(nonceRequired)
  expect(response.headers).toHaveProperty('dpop-nonce')
})

test('a nonce with another time is none (RFC 9449 §4.3-10)', async () => {
  const { send, nonce } = await setupWithNonce()
  const [time, mac] = nonce.split('.')
  forwardBy(66)
  const later = (Number.parseInt(time as string, 36) + 66).toString(36)
  expect(answerOf(await send({ proof: { nonce: `${later}.${mac}` } }))).toEqual(nonceRequired)
})

test.each<[string, (nonce: string) => unknown]>([
  ['text before it', (nonce) => `-${nonce}`],
  ['text after it', (nonce) => `${nonce}A`],
  ['a list around it', (nonce) => [nonce]],
])('a nonce with %s is none (RFC 9449 §4.3-10)', async (_, change) => {
  const { send, nonce } = await setupWithNonce()
  expect(answerOf(await send({ proof: { claims: { nonce: change(nonce) } } }))).toEqual(nonceRequired)
  expect((await send({ proof: { nonce } })).status).toBe(200)
})

test('no proof without a nonce passes, also after nonces were used (RFC 9449 §11.3)', async () => {
  const { send, nonce } = await setupWithNonce()
  expect((await send({ proof: { nonce } })).status).toBe(200)
  expect(answerOf(await send())).toEqual(nonceRequired)
})

test('a nonce is good for maxAgeSeconds (RFC 9449 §4.3-11)', async () => {
  const { send, nonce } = await setupWithNonce()
  forwardBy(59)
  expect((await send({ proof: { nonce } })).status).toBe(200)
  forwardBy(7)
  const late = await send({ proof: { nonce } })
  expect(answerOf(late)).toEqual(nonceRequired)
  expect(late.headers['dpop-nonce']).not.toBe(nonce)
})

test('the nonce tells the time of the proof, whatever the clock of the client says (RFC 9449 §4.3-11)', async () => {
  const { send, nonce } = await setupWithNonce()
  expect((await send({ proof: { nonce, claims: { iat: 0 } } })).status).toBe(200)
  expect((await send({ proof: { nonce, claims: { iat: 1e10 } } })).status).toBe(200)
  expect(answerOf(await send({ proof: { nonce, claims: { iat: undefined } } }))).toEqual(badProof)
})

test('a proof with a nonce is good for one use until the nonce is over (RFC 9449 §11.1)', async () => {
  const { send, key, url, token, nonce } = await setupWithNonce()
  const proof = await key.proof('GET', `${url}/messages`, token, { nonce })
  expect((await send({ proof })).status).toBe(200)
  forwardBy(64)
  expect(answerOf(await send({ proof })).code).toBe('proof_replayed')
})

describe('a new nonce', () => {
  test('rides on an answer when half the time of the former is over (RFC 9449 §8.2)', async () => {
    const { send, nonce } = await setupWithNonce()
    forwardBy(30)
    const early = await send({ proof: { nonce } })
    expect(early.status).toBe(200)
    expect(early.headers).not.toHaveProperty('dpop-nonce')
    forwardBy(1)
    const late = await send({ proof: { nonce } })
    expect(late.status).toBe(200)
    expect(late.headers['cache-control']).toBe('no-store')
    const renewed = late.headers['dpop-nonce'] as string
    forwardBy(31)
    expect((await send({ proof: { nonce: renewed } })).status).toBe(200)
  })

  test('is not given for a proof that is refused', async () => {
    const { send, nonce } = await setupWithNonce()
    forwardBy(31)
    const response = await send({ proof: { nonce, header: { typ: 'JWT' } } })
    expect(answerOf(response)).toEqual(badProof)
    expect(response.headers).not.toHaveProperty('dpop-nonce')
  })
})

test('machines with the same secret take the nonces of one another', async () => {
  const { nonce } = await setupWithNonce()
  const { send } = await setup({ dpop })
  expect((await send({ proof: { nonce } })).status).toBe(200)
})

test('secrets are rotated: the first signs, the others are still accepted', async () => {
  const { nonce } = await setupWithNonce({ ...dpop, nonce: { secrets: former } })
  const { send } = await setup({ dpop: { ...dpop, nonce: { secrets: [current, former] } } })
  expect((await send({ proof: { nonce } })).status).toBe(200)
  const renewed = (await send()).headers['dpop-nonce'] as string
  const { send: sendLater } = await setup({ dpop })
  expect((await sendLater({ proof: { nonce: renewed } })).status).toBe(200)
  expect(answerOf(await sendLater({ proof: { nonce } }))).toEqual(nonceRequired)
})

test('the nonce of an authorization server is no concern of an API that asks for none', async () => {
  const { send } = await setup()
  expect((await send({ proof: { nonce: 'from-elsewhere' } })).status).toBe(200)
})
