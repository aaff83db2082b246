import { constants, sign } from 'node:crypto'
import { type RequireAuthOptions, requireAuth } from 'express-require-auth'
import fc from 'fast-check'
import { type CryptoKey, compactVerify, importJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { type CraftedKey, craft, craftKey, trusting } from '../craft.js'
import { messages } from '../setup.js'

type Algorithm = NonNullable<RequireAuthOptions['algorithms']>[number]

const rsa = craftKey('rsa')
const ed25519 = craftKey('ed25519')
const keys: Readonly<Record<Algorithm, CraftedKey>> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: craftKey('ec', { namedCurve: 'P-256' }),
  ES384: craftKey('ec', { namedCurve: 'P-384' }),
  ES512: craftKey('ec', { namedCurve: 'P-521' }),
  EdDSA: ed25519,
  Ed25519: ed25519,
}

/** Changes that forgers try, and changes of no plan. */
const forgery = fc.oneof(
  fc.nat(7).chain((bit) =>
    fc.nat().map((at) => (signature: Buffer) => {
      const changed = Buffer.from(signature)
      changed[at % changed.length] = (changed[at % changed.length] as number) ^ (1 << bit)
      return changed
    }),
  ),
  fc.nat(300).map((length) => (signature: Buffer) => signature.subarray(0, length)),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map((more) => (it: Buffer) => Buffer.concat([it, more])),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map((more) => (it: Buffer) => Buffer.concat([more, it])),
  fc.constantFrom(0, 1, 0xff).map((byte) => (signature: Buffer) => Buffer.alloc(signature.length, byte)),
  fc.constant((signature: Buffer) => derOf(signature)),
  fc.uint8Array({ minLength: 1, maxLength: 600 }).map((bytes) => () => Buffer.from(bytes)),
)

/** The other form of an ECDSA signature, which JWS does not use (RFC 7518 §3.4). */
function derOf(signature: Buffer): Buffer {
  const integers = [0, signature.length / 2].map((from) => {
    const bytes = signature.subarray(from, from + signature.length / 2)
    const positive = (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes])
    return Buffer.concat([Buffer.from([2, positive.length]), positive])
  })
  const content = Buffer.concat(integers)
  return Buffer.concat([Buffer.from([0x30, content.length]), content])
}

const isAccepted = (verdict: Promise<unknown>) =>
  verdict.then(
    () => true,
    () => false,
  )

describe.each(Object.entries(keys) as [Algorithm, CraftedKey][])('%s', (alg, { privateKey, jwk }) => {
  const auth = requireAuth({ issuer: trusting(jwk), audience: messages, algorithms: [alg] })
  const token = craft({ key: privateKey, alg, header: { alg } })
  const input = token.slice(0, token.lastIndexOf('.'))
  const signature = Buffer.from(token.slice(input.length + 1), 'base64url')

  test('a true signature is accepted', async () => {
    await expect(auth.verify(token)).resolves.toMatchObject({ token })
  })

  test('a changed one is refused, as jose refuses it', async () => {
    const key = (await importJWK(jwk, alg)) as CryptoKey
    const property = fc.asyncProperty(forgery, async (change) => {
      const forged = `${input}.${change(signature).toString('base64url')}`
      expect(await isAccepted(auth.verify(forged)), forged).toBe(await isAccepted(compactVerify(forged, key)))
      if (forged !== token) expect(await isAccepted(auth.verify(forged)), forged).toBe(false)
    })
    await fc.assert(property, { numRuns: 150 })
  })

  test('a true one of another text is refused', async () => {
    const other = craft({ key: privateKey, alg, header: { alg }, claims: { exp: 9_999_999_999 } })
    const moved = input + other.slice(other.lastIndexOf('.'))
    await expect(auth.verify(moved)).rejects.toMatchObject({ code: 'signature_invalid' })
  })

  test('a true one by another key of the kind is refused', async () => {
    const type = privateKey.asymmetricKeyType as 'rsa'
    const another = craftKey(type, { namedCurve: privateKey.asymmetricKeyDetails?.namedCurve })
    const forged = craft({ key: another.privateKey, alg, header: { alg } })
    await expect(auth.verify(forged)).rejects.toMatchObject({ code: 'signature_invalid' })
  })
})

test.each<[Algorithm, Algorithm]>([
  ['RS256', 'PS256'],
  ['PS256', 'RS256'],
  ['RS256', 'RS512'],
  ['PS512', 'PS256'],
])('a signature made by %s is none by %s', async (made, claimed) => {
  const auth = requireAuth({ issuer: trusting(rsa.jwk), audience: messages, algorithms: [claimed] })
  const token = craft({ key: rsa.privateKey, alg: made, header: { alg: claimed } })
  await expect(auth.verify(token)).rejects.toMatchObject({ code: 'signature_invalid' })
})

test('a PSS signature with a salt of another length than its hash is refused (RFC 7518 §3.5)', async () => {
  const auth = requireAuth({ issuer: trusting(rsa.jwk), audience: messages, algorithms: ['PS256'] })
  const token = craft({ key: rsa.privateKey, alg: 'PS256', header: { alg: 'PS256' } })
  const input = token.slice(0, token.lastIndexOf('.'))
  const options = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }
  const forged = `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`
  await expect(auth.verify(forged)).rejects.toMatchObject({ code: 'signature_invalid' })
})
