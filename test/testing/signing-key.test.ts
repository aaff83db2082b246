import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { startTestIssuer, type TestIssuerOptions } from 'express-require-auth/testing'
import { calculateJwkThumbprint, decodeProtectedHeader, type JWK, jwtVerify } from 'jose'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { craftKey } from '../craft.js'
import { readyKey } from '../keys/ready-keys.js'
import { startedIssuer } from './started-issuer.js'

const key = readyKey()
const jwk = key.export({ format: 'jwk' })
const pem = (type: 'pkcs1' | 'pkcs8') => key.export({ type, format: 'pem' }) as string
const { kty = '', n = '', e = '' } = jwk
const kid = await calculateJwkThumbprint({ kty, n, e })

/** By way of PEM: in Node 20 a key that was just made can lock up for ever when it is exported as a JWK. */
function newPssKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return createPrivateKey(privateKey)
}

async function kidsOf({ url }: { url: string }): Promise<string[]> {
  const { body } = await supertest(url).get('.well-known/jwks.json')
  return body.keys.map((each: { kid: string }) => each.kid)
}

describe('signingKey', () => {
  const forms: [string, KeyObject | JWK | JsonWebKey | string][] = [
    ['a KeyObject', key],
    ['a JWK', jwk],
    ['a JWK with a kid, a use and an algorithm of its own', { ...jwk, kid: 'own', use: 'enc', alg: 'PS512' }],
    ['PEM text (PKCS #8)', pem('pkcs8')],
    ['PEM text (PKCS #1)', pem('pkcs1')],
  ]

  test.each(forms)('may be %s: tokens are signed with it by RS256', async (_, signingKey) => {
    const issuer = await startedIssuer({ signingKey })
    const { protectedHeader } = await jwtVerify(await issuer.token(), createPublicKey(key))
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid })
  })

  test.each(forms)('is published by its public half alone when it is %s', async (_, signingKey) => {
    const issuer = await startedIssuer({ signingKey })
    const { body } = await supertest(issuer.url).get('.well-known/jwks.json')
    expect(body).toEqual({ keys: [{ kty, n, e, kid, use: 'sig', alg: 'RS256' }] })
  })

  test('not given is a new key for every issuer', async () => {
    const issuers = await Promise.all([startTestIssuer(), startTestIssuer()])
    const [one, other] = await Promise.all(issuers.map(kidsOf))
    await Promise.all(issuers.map(({ close }) => close()))
    expect(one).not.toEqual(other)
  })
})

describe('a signingKey is refused without being shown when it is', () => {
  const { privateKey: weak } = craftKey('rsa', { modulusLength: 1024 })
  const { privateKey: ec } = craftKey('ec')
  const pss = newPssKey()
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
  const wrong: [string, unknown][] = [
    ['null', null],
    ['a number', 7],
    ['any text', 'secret text'],
    ['an empty object', {}],
    ['a public key', createPublicKey(key)],
    ['a public JWK', { kty, n, e }],
    ['a public PEM', createPublicKey(key).export({ type: 'spki', format: 'pem' })],
    ['a PEM with a passphrase', encrypted],
    ['a secret', createSecretKey(Buffer.from('secret'))],
    ['a secret JWK', { kty: 'oct', k: 'c2VjcmV0' }],
    ['an EC key', ec],
    ['an EC JWK', ec.export({ format: 'jwk' })],
    ['bound to PSS', pss],
    ['shorter than 2048 bits', weak],
    ['a JWK shorter than 2048 bits', weak.export({ format: 'jwk' })],
  ]

  test.each(wrong)('%s', async (_, value) => {
    await expect(startTestIssuer({ signingKey: value } as TestIssuerOptions)).rejects.toEqual(
      new TypeError(
        'signingKey must be a private RSA key of at least 2048 bits: a KeyObject, a JWK or PEM text',
      ),
    )
  })
})

describe('rotateKeys()', () => {
  test('takes the next key', async () => {
    const issuer = await startedIssuer({ signingKey: readyKey() })
    await issuer.rotateKeys({ signingKey: key })
    expect(await kidsOf(issuer)).toEqual([kid])
    expect(decodeProtectedHeader(await issuer.token()).kid).toBe(kid)
  })

  test('lists a key once that is given again', async () => {
    const issuer = await startedIssuer({ signingKey: key })
    await issuer.rotateKeys({ signingKey: jwk, keepPrevious: true })
    expect(await kidsOf(issuer)).toEqual([kid])
  })

  test('leaves the keys as they were when the next is none', async () => {
    const issuer = await startedIssuer({ signingKey: key })
    await expect(issuer.rotateKeys({ signingKey: 'secret text' })).rejects.toThrow(TypeError)
    expect(await kidsOf(issuer)).toEqual([kid])
    await jwtVerify(await issuer.token(), createPublicKey(key))
  })
})

test('an unknown option is named', async () => {
  const options = { signingkey: key } as TestIssuerOptions
  await expect(startTestIssuer(options)).rejects.toEqual(
    new TypeError(
      'startTestIssuer has no option "signingkey"; it knows port, tenant, jwksMaxAgeSeconds, signingKey',
    ),
  )
})
