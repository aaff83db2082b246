import type { Evidence, RefusalDetails, RequireAuthOptions } from 'express-require-auth'
import type { DpopKey, DpopProofOptions } from 'express-require-auth/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ALGORITHMS, setup } from './protected-api.js'

type Json = Record<string, unknown>

const now = 1_700_000_000
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 }))
afterEach(() => void vi.useRealTimers())

const method = 'GET'
const url = 'https://api.northwind.com/messages'
const publicUrlHint = 'a proof names the public URL: set publicUrl, or let trust proxy name the proxy'
const bindHint = 'have the authorization server bind the token to its client'

interface Asked {
  options?: Partial<RequireAuthOptions>
  /** What is peculiar to the proof. */
  proof?: DpopProofOptions
  /** What stands in for the method, the URL or the whole proof. */
  evidence?: { [Name in keyof Evidence]: unknown }
}

/** The details of a refusal of `verify`. */
async function refusedDetails(verified: Promise<unknown>): Promise<RefusalDetails | undefined> {
  const error = await verified.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toHaveProperty('code')
  return error.details
}

async function detailsOf({ options = {}, proof = {}, evidence = {} }: Asked) {
  const { auth, key, token } = await setup(options)
  const signed = await key.proof(method, url, token, proof)
  return refusedDetails(auth.verify(token, { method, url, proof: signed, ...(evidence as Evidence) }))
}

test.each<[string, unknown, string]>([
  ['null', null, 'one text of at most 8192 characters'],
  ['a number', 5, 'one text of at most 8192 characters'],
  ['a list', ['e30.e30.e30'], 'one text of at most 8192 characters'],
  ['a text of 8193 characters', 'a'.repeat(8193), 'one text of at most 8192 characters'],
  ['a text of 8192 characters', 'a'.repeat(8192), 'one signed JWT in one DPoP header'],
])('a proof that is %s is refused with exact details', async (_, proof, expected) => {
  expect(await detailsOf({ evidence: { proof } })).toEqual({ expected })
})

test.each<[Json, RefusalDetails]>([
  [{ typ: 'JWT' }, { header: 'typ', expected: 'dpop+jwt', received: 'JWT', unverified: true }],
  [{ typ: undefined }, { header: 'typ', expected: 'dpop+jwt', received: 'nothing', unverified: true }],
  [
    { alg: 'none' },
    { header: 'alg', expected: ALGORITHMS.replaceAll(' ', ' or '), received: 'none', unverified: true },
  ],
  ...[undefined, null, 'key'].map((jwk): [Json, RefusalDetails] => [
    { jwk },
    { header: 'jwk', expected: 'a public key' },
  ]),
  [{ jwk: {} }, { header: 'jwk', expected: 'a JWK' }],
  [{ crit: ['exp'] }, { header: 'crit', expected: 'absent' }],
  [{ b64: true }, { header: 'b64', expected: 'absent' }],
])('a proof with the header %o is refused with exact details', async (header, wanted) => {
  expect(await detailsOf({ proof: { header } })).toEqual(wanted)
})

test.each<[Json, RefusalDetails]>([
  ...Object.entries({
    jti: 'a non-empty string',
    htm: 'the method',
    htu: 'the URL',
    iat: 'a number of epoch seconds',
    nbf: 'a number of epoch seconds, or absent',
    exp: 'a number of epoch seconds, or absent',
  }).map(([claim, expected]): [Json, RefusalDetails] => [
    { [claim]: ['x'] },
    { claim, expected, received: '["x"]', unverified: true },
  ]),
  [{ jti: '' }, { claim: 'jti', expected: 'a non-empty string', received: '', unverified: true }],
  [{ ath: 'x' }, { claim: 'ath', expected: 'the hash of the access token' }],
  [
    { iat: now - 305 },
    { claim: 'iat', expected: `no older than 300 s at ${now}`, received: `${now - 305}`, unverified: true },
  ],
  [
    { nbf: now + 6, exp: now + 9 },
    {
      claim: 'nbf, exp',
      expected: `nbf before and exp after ${now}`,
      received: `{"nbf":${now + 6},"exp":${now + 9}}`,
      unverified: true,
    },
  ],
])('a proof with the claims %o is refused with exact details', async (claims, wanted) => {
  expect(await detailsOf({ proof: { claims } })).toEqual(wanted)
})

test.each<[string, Evidence, string]>([
  ['of another method', { method: 'POST' }, `POST ${url}`],
  ['to another URL', { url: `${url}/7` }, `GET ${url}/7`],
  ['without a URL', { url: undefined }, 'GET a request target that is a URL'],
])('a proof for a request %s is refused with exact details', async (_, evidence, expected) => {
  expect(await detailsOf({ evidence })).toEqual({
    claim: 'htm and htu',
    expected,
    received: `GET ${url}`,
    unverified: true,
    hint: publicUrlHint,
  })
})

test('a proof with a private key in its header is refused with exact details', async () => {
  const { auth, key, token } = await setup()
  const proof = await key.proof(method, url, token, { header: { jwk: { ...key.jwk, d: 'c2VjcmV0' } } })
  expect(await refusedDetails(auth.verify(token, { method, url, proof }))).toEqual({
    header: 'jwk',
    expected: 'a public key for ES256, neither weak nor costly',
  })
})

/** Details of the refusal of a proof that is signed by another key than the one the token is bound to. */
async function detailsOfTheft(proofOf: (thief: DpopKey, key: DpopKey, token: string) => Promise<string>) {
  const { auth, issuer, key, token } = await setup()
  const thief = await issuer.dpop()
  const proof = await proofOf(thief, key, token)
  return { thief, key, details: await refusedDetails(auth.verify(token, { method, url, proof })) }
}

test('a proof by another key is refused with exact details', async () => {
  const { thief, key, details } = await detailsOfTheft((thief, _, token) => thief.proof(method, url, token))
  expect(details).toEqual({
    claim: 'cnf',
    expected: `a proof by the key with thumbprint ${key.jkt}`,
    received: thief.jkt,
    unverified: true,
  })
})

test('a proof that another key signed in the name of the bound one is refused with exact details', async () => {
  const { details } = await detailsOfTheft((thief, { jwk }, token) =>
    thief.proof(method, url, token, { header: { jwk } }),
  )
  expect(details).toEqual({ hint: 'the signature is not by the key in jwk' })
})

test.each<[string, Partial<RequireAuthOptions>]>([
  ['jkt', { dpop: { required: true } }],
  ['x5t#S256', { mtls: { required: true } }],
])(
  'a token that is not bound by the required %s is refused with exact details',
  async (expected, options) => {
    const { auth, issuer } = await setup(options)
    expect(await refusedDetails(auth.verify(await issuer.token()))).toEqual({
      claim: 'cnf',
      expected,
      received: 'nothing',
      unverified: true,
      hint: bindHint,
    })
  },
)

test('a bound token that comes without a proof is refused with exact details', async () => {
  const { auth, token } = await setup()
  expect(await refusedDetails(auth.verify(token))).toEqual({
    claim: 'cnf',
    expected: 'the DPoP scheme with a proof',
    received: 'Bearer',
    unverified: true,
  })
})
