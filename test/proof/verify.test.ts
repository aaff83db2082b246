import { createMemoryReplayStore } from 'express-require-auth'
import { describe, expect, test } from 'vitest'
import { dpopChallenge, mismatch, setup } from './protected-api.js'

const method = 'GET'
const url = 'wss://api.northwind.com/updates'

describe('verify() outside of a request', () => {
  test('admits a bound token with its proof', async () => {
    const { auth, key, token } = await setup()
    const proof = await key.proof(method, url, token)
    await expect(auth.verify(token, { method, url: `${url}?since=5`, proof })).resolves.toMatchObject({
      scheme: 'DPoP',
    })
  })

  test('refuses a proof for another URL, with the challenge in headers', async () => {
    const { auth, key, token } = await setup()
    const proof = await key.proof(method, 'wss://other.northwind.com/updates', token)
    await expect(auth.verify(token, { method, url, proof })).rejects.toMatchObject({
      code: 'proof_target_mismatch',
      headers: {
        'WWW-Authenticate': dpopChallenge(
          'invalid_dpop_proof',
          'The DPoP proof is for another method or URL',
        ),
      },
    })
  })

  test.each([
    ['no method', { url }],
    ['no URL', { method }],
    ['a relative URL', { method, url: '/updates' }],
  ])('refuses a proof with %s to compare it with', async (_, evidence) => {
    const { auth, key, token } = await setup()
    const proof = await key.proof(method, url, token)
    await expect(auth.verify(token, { ...evidence, proof })).rejects.toMatchObject({
      code: 'proof_target_mismatch',
    })
  })

  test.each([
    ['relative URLs', '/updates', '/messages'],
    ['URLs with a user', 'https://ada@api.northwind.com/updates', 'https://eve@api.northwind.com/updates'],
  ])('refuses a proof for another URL where %s have no normal form', async (_, requested, htu) => {
    const { auth, key, token } = await setup()
    const proof = await key.proof(method, url, token, { claims: { htu } })
    await expect(auth.verify(token, { method, url: requested, proof })).rejects.toMatchObject({
      code: 'proof_target_mismatch',
    })
  })

  test('admits a proof for a URL that has no normal form, without its query', async () => {
    const { auth, key, token } = await setup()
    const htu = 'https://api.northwind.com/münchen'
    const proof = await key.proof(method, url, token, { claims: { htu } })
    const verified = auth.verify(token, { method, url: `${htu}?since=5\n#top`, proof })
    await expect(verified).resolves.toHaveProperty('scheme', 'DPoP')
  })

  test.each([undefined, {}, { method, url }])(
    'refuses a bound token with the evidence %j',
    async (evidence) => {
      const { auth, token } = await setup()
      await expect(auth.verify(token, evidence)).rejects.toMatchObject({
        code: 'binding_mismatch',
        message: mismatch,
      })
    },
  )

  test('shares the memory of used proofs with the requests', async () => {
    const { auth, key, token, send, url: api } = await setup()
    const proof = await key.proof('GET', `${api}/messages`, token)
    expect((await send({ proof })).status).toBe(200)
    await expect(auth.verify(token, { method, url: `${api}/messages`, proof })).rejects.toMatchObject({
      code: 'proof_replayed',
    })
  })

  test('hands over the nonce it needs in the headers', async () => {
    const dpop = { nonce: { secrets: 'x'.repeat(32) }, replayStore: createMemoryReplayStore() }
    const { auth, key, token } = await setup({ dpop })
    const proof = await key.proof(method, url, token)
    const error = await auth.verify(token, { method, url, proof }).catch((refusal) => refusal)
    expect(error.code).toBe('nonce_required')
    const nonce = error.headers['DPoP-Nonce']
    const proofWithNonce = await key.proof(method, url, token, { nonce })
    await expect(auth.verify(token, { method, url, proof: proofWithNonce })).resolves.toHaveProperty(
      'token',
      token,
    )
  })

  test('admits an unbound token with a proof while no binding is on', async () => {
    const { auth, issuer } = await setup({ dpop: undefined } as never)
    const verified = auth.verify(await issuer.token(), { method, url, proof: 'a.b.c' })
    await expect(verified).resolves.toHaveProperty('scheme', 'Bearer')
  })

  test('admits an unbound token without evidence', async () => {
    const { auth, issuer } = await setup()
    await expect(auth.verify(await issuer.token())).resolves.toHaveProperty('scheme', 'Bearer')
  })
})
