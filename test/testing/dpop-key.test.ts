import { hash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, decodeJwt, EmbeddedJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { startedIssuer } from './started-issuer.js'

const url = 'https://api.northwind.com/messages'

describe('dpop()', () => {
  test('gives a key of its own each time, and tokens bound to it', async () => {
    const issuer = await startedIssuer()
    const [key, other] = [await issuer.dpop(), await issuer.dpop()]
    expect(key.jkt).toBe(await calculateJwkThumbprint(key.jwk))
    expect(key.jkt).not.toBe(other.jkt)
    expect(key.jwk).not.toHaveProperty('d')
    const { cnf, sub, scope } = decodeJwt(await key.token({ scope: 'a', claims: { sub: 'auth0|ada' } }))
    expect({ cnf, sub, scope }).toEqual({ cnf: { jkt: key.jkt }, sub: 'auth0|ada', scope: 'a' })
  })

  test('signs proofs for one request each (RFC 9449 §4.2)', async () => {
    const issuer = await startedIssuer()
    const key = await issuer.dpop()
    const token = await key.token()
    const proof = await key.proof('POST', `${url}?page=2#top`, token)
    const { protectedHeader } = await compactVerify(proof, EmbeddedJWK)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk })
    const { iat = 0, jti, ...claims } = decodeJwt(proof)
    expect(claims).toEqual({ htm: 'POST', htu: url, ath: hash('sha256', token, 'base64url') })
    expect(Math.abs(Date.now() / 1000 - iat)).toBeLessThan(5)
    expect(decodeJwt(await key.proof('POST', url, token)).jti).not.toBe(jti)
  })

  test('signs proofs without a token, with a nonce, and with anything that must be refused', async () => {
    const issuer = await startedIssuer()
    const key = await issuer.dpop()
    const proof = await key.proof('POST', url, undefined, {
      nonce: 'n',
      claims: { jti: undefined, iat: 0 },
      header: { alg: 'none' },
    })
    expect(decodeJwt(proof)).toEqual({ htm: 'POST', htu: url, iat: 0, nonce: 'n' })
    expect(JSON.parse(Buffer.from(proof.split('.')[0] as string, 'base64url').toString()).alg).toBe('none')
  })
})
