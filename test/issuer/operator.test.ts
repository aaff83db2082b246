import { describe, expect, test } from 'vitest'
import { craftKey } from '../craft.js'
import { stopClock } from './clock.js'
import { json, newKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const issuer = 'https://login.northwind.com/'

describe('issuer_near_miss', () => {
  test.each([
    ['https://login.northwind.com', 'the slash at the end counts'],
    ['https://Login.northwind.com/', 'upper and lower case count'],
    ['http://login.northwind.com/', 'scheme and port count'],
    ['https://login.northwind.com:8443/', 'scheme and port count'],
  ])('is told of a token from %s', async (unverifiedIssuer, hint) => {
    const { get, key, ofType } = setupScripted()
    for (let n = 0; n < 3; n += 1)
      expect((await get(signedBy(key, { iss: unverifiedIssuer }))).body.code).toBe('issuer_unknown')
    expect(ofType('issuer_near_miss')).toEqual([{ type: 'issuer_near_miss', issuer, unverifiedIssuer, hint }])
  })

  test.each(['https://login.evil.example/', 'northwind', 7, null, undefined])(
    'is not told of a token from %j',
    async (iss) => {
      const { get, key, ofType } = setupScripted()
      await get(signedBy(key, { iss }))
      expect(ofType('issuer_near_miss')).toEqual([])
    },
  )

  test('is told ten times at most: whoever sends tokens writes their iss', async () => {
    const { auth, key, ofType } = setupScripted()
    for (let port = 1; port <= 30; port += 1)
      await auth.verify(signedBy(key, { iss: `https://login.northwind.com:${port}/` })).catch(() => {})
    expect(ofType('issuer_near_miss')).toHaveLength(10)
  })
})

describe('ready() names', () => {
  test('the algorithms that are allowed, and those of the keys that were found', async () => {
    const { auth, script } = setupScripted()
    const ed = craftKey('ed25519').jwk
    script.publish({ ...newKey(), jwk: { ...craftKey('rsa').jwk, alg: 'RS256' } }, { ...newKey(), jwk: ed })
    await expect(auth.ready()).rejects.toThrow(
      `the key set of ${issuer} holds no usable key for ES256; it has keys for RS256, EdDSA, Ed25519`,
    )
  })

  test('all algorithms that are allowed, where the keys for one of them are unfit', async () => {
    const { auth, script, key } = setupScripted({ algorithms: ['ES256', 'RS256'] })
    script.publish({ ...key, jwk: { ...key.jwk, use: 'enc' } })
    await expect(auth.ready()).rejects.toMatchObject({
      message: `the key set of ${issuer} holds no usable key for ES256, RS256; those it has are not fit to verify, or share their kid`,
    })
  })

  test('what the metadata have for a safe jwks_uri', async () => {
    const { auth, script } = setupScripted()
    script.answer(script.metadataUrl, () => json({ issuer, jwks_uri: 'http://keys.northwind.com/\u001b[2J' }))
    await expect(auth.ready()).rejects.toThrow(
      `the metadata of ${issuer} has no safe jwks_uri: http://keys.northwind.com/\\u001b[2J`,
    )
  })

  test('address and status of the key set', async () => {
    const { auth, script } = setupScripted()
    script.answer(script.jwksUri, () => new Response('secret', { status: 418 }))
    await expect(auth.ready()).rejects.toMatchObject({
      code: 'keys_unavailable',
      message: `${script.jwksUri} answered with status 418`,
      cause: { code: 'keys_unavailable', status: 503 },
    })
  })
})
