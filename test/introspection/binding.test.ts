import { describe, expect, test } from 'vitest'
import { createDpopKey } from '../../src/testing/tokens/dpop-key.js'
import { active, json, opaque, setup } from './scripted-server.js'

const url = 'https://messages.northwind.com/inbox'
const key = await createDpopKey(async () => opaque())
const other = await createDpopKey(async () => opaque())
const thumbprint = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'

const evidenceBy = async ({ proof }: typeof key, token: string) => ({
  proof: await proof('GET', url, token),
  method: 'GET',
  url,
})

describe('a key in the answer (RFC 9449 §6.2)', () => {
  function setupBound(required = false) {
    const mounted = setup({ options: { dpop: { required } } })
    mounted.script.answer = () => json(active({ token_type: 'DPoP', cnf: { jkt: key.jkt } }))
    return mounted
  }

  test('binds the token to it: with its proof it is admitted, remembered or not', async () => {
    const { auth, asked } = setupBound()
    const token = opaque()
    for (const _ of [1, 2])
      expect(await auth.verify(token, await evidenceBy(key, token))).toMatchObject({ scheme: 'DPoP' })
    expect(asked).toHaveLength(1)
  })

  test('with the proof of another key it is refused', async () => {
    const { auth } = setupBound()
    const token = opaque()
    await expect(auth.verify(token, await evidenceBy(other, token))).rejects.toMatchObject({
      code: 'binding_mismatch',
    })
  })

  test('as a Bearer token it is refused, remembered or not', async () => {
    const { auth, get } = setupBound()
    const token = opaque()
    await auth.verify(token, await evidenceBy(key, token))
    const { status, body } = await get(token)
    expect([status, body.code]).toEqual([401, 'binding_mismatch'])
  })

  test('is demanded where every token must have one', async () => {
    const { get, script } = setupBound(true)
    script.answer = () => json(active())
    const { status, body } = await get(opaque())
    expect([status, body.code]).toEqual([401, 'binding_required'])
  })
})

describe('a certificate in the answer (RFC 8705 §3.2)', () => {
  test('binds the token to it', async () => {
    const { auth, script } = setup({ options: { mtls: {} } })
    script.answer = () => json(active({ cnf: { 'x5t#S256': thumbprint } }))
    const certificate = { 'x5t#S256': thumbprint }
    expect(await auth.verify(opaque(), { certificate })).toMatchObject({ subject: 'auth0|ada' })
    await expect(auth.verify(opaque())).rejects.toMatchObject({ code: 'binding_mismatch' })
  })
})
