import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { RequestHandler } from 'express'
import { getAuth } from 'express-require-auth'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { callNow } from '../call-now.js'
import { advanceSeconds, stopClock } from '../issuer/clock.js'
import { newRsaKey, setupScripted, signedBy } from '../issuer/scripted-issuer.js'

stopClock()
afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

const setup: typeof setupScripted = (options, mounting, key = newRsaKey()) =>
  setupScripted(options, mounting, key)

function spyOnVerify() {
  const verify = vi.spyOn(crypto, 'verify')
  syncBuiltinESMExports() // else modules keep the function that they imported
  return verify
}

describe('a remembered token', () => {
  test('is admitted before the middleware returns', async () => {
    const { auth, get, key } = setup()
    const token = signedBy(key)
    expect(callNow(auth, token)).toEqual([])
    await get(token)
    expect(callNow(auth, token)).toEqual([[]])
  })

  test('is verified once', async () => {
    const { get, key } = setup()
    const verify = spyOnVerify()
    const token = signedBy(key)
    for (let n = 0; n < 3; n += 1) expect((await get(token)).status).toBe(200)
    expect(verify).toHaveBeenCalledTimes(1)
  })

  test('is remembered for verify(), too', async () => {
    const { auth, get, key } = setup()
    const verify = spyOnVerify()
    const token = signedBy(key)
    await get(token)
    expect(await auth.verify(token)).toMatchObject({ subject: 'auth0|ada', token })
    expect(verify).toHaveBeenCalledTimes(1)
  })

  test('is refused from the second on in which exp and the tolerance are over', async () => {
    const { get, key } = setup({ clockToleranceSeconds: 5 })
    const exp = Math.floor(Date.now() / 1000) + 60
    const token = signedBy(key, { exp })
    expect((await get(token)).status).toBe(200)
    vi.setSystemTime((exp + 5) * 1000 - 1)
    expect((await get(token)).status).toBe(200)
    vi.setSystemTime((exp + 5) * 1000)
    const response = await get(token)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token expired"',
    )
  })

  test('is refused once it is too old', async () => {
    const { get, key } = setup({ maxTokenAgeSeconds: 60, clockToleranceSeconds: 0 })
    const token = signedBy(key)
    await get(token)
    advanceSeconds(59)
    expect((await get(token)).status).toBe(200)
    advanceSeconds(1.1)
    expect((await get(token)).body.code).toBe('token_too_old')
  })

  test('is told apart from one that differs in its last character', async () => {
    const { get, key } = setup()
    const token = signedBy(key)
    await get(token)
    const forged = token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A')
    expect((await get(forged)).status).toBe(401)
  })

  test('has the very same frozen object as req.auth every time', async () => {
    const { auth, get, key } = setup()
    const token = signedBy(key, { nested: { list: [{ deep: true }] }, permissions: ['a'], scope: 'b' })
    await get(token)
    const first = await auth.verify(token)
    expect(await auth.verify(token)).toBe(first)
    expectFrozen(first)
  })

  test('cannot be changed by a handler for the requests after it', async () => {
    const change: RequestHandler = (req, _res, next) => {
      expect(() => Object.assign(getAuth(req), { subject: 'admin' })).toThrow(TypeError)
      expect(() => (getAuth(req).scopes as string[]).push('admin')).toThrow(TypeError)
      next()
    }
    const { get, key } = setup({}, { after: [change] })
    const token = signedBy(key)
    await get(token)
    expect((await get(token)).body).toEqual({ subject: 'auth0|ada' })
  })
})

function expectFrozen(value: unknown, path = 'auth'): void {
  if (typeof value !== 'object' || value === null) return
  expect(Object.isFrozen(value), path).toBe(true)
  for (const [name, member] of Object.entries(value)) expectFrozen(member, `${path}.${name}`)
}

describe('isRevoked', () => {
  test('is asked for every request, remembered token or not', async () => {
    const isRevoked = vi.fn(() => false)
    const { get, key } = setup({ isRevoked })
    const token = signedBy(key)
    for (let n = 1; n <= 3; n += 1) {
      expect((await get(token)).status).toBe(200)
      expect(isRevoked).toHaveBeenCalledTimes(n)
    }
    expect(isRevoked).toHaveBeenLastCalledWith(
      expect.objectContaining({ token, subject: 'auth0|ada' }),
      expect.objectContaining({ method: 'GET' }),
    )
  })

  test.each([
    ['at once', () => true],
    ['with a promise', async () => true],
  ])('ends a remembered token %s', async (_, yes) => {
    const isRevoked = vi.fn<() => boolean | Promise<boolean>>(() => false)
    const { get, key } = setup({ isRevoked })
    const token = signedBy(key)
    await get(token)
    isRevoked.mockImplementation(yes)
    const response = await get(token)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token was revoked"',
    )
  })

  test('that answers at once leaves a remembered token admitted before the middleware returns', async () => {
    const { auth, get, key } = setup({ isRevoked: () => false })
    const token = signedBy(key)
    await get(token)
    expect(callNow(auth, token)).toEqual([[]])
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('store gone'))],
    [
      'throws',
      () => {
        throw new Error('store gone')
      },
    ],
  ])('that %s is a fault, also for a remembered token', async (_, fail) => {
    const isRevoked = vi.fn<() => boolean | Promise<boolean>>(() => false)
    const { auth, get, key } = setup({ isRevoked })
    const token = signedBy(key)
    await get(token)
    isRevoked.mockImplementation(fail)
    await expect(auth.verify(token)).rejects.toThrow('store gone')
    isRevoked.mockImplementation(() => false)
    expect((await get(token)).status).toBe(200)
  })
})

describe('the bound', () => {
  test('drops the token unused longest', async () => {
    const { get, key } = setup({ cache: { maxEntries: 2 } })
    const verify = spyOnVerify()
    const [a, b, c] = [signedBy(key), signedBy(key), signedBy(key)] as [string, string, string]
    const verified = async (token: string) => {
      verify.mockClear()
      await get(token)
      return verify.mock.calls.length
    }
    for (const token of [a, b]) expect(await verified(token)).toBe(1)
    expect(await verified(a)).toBe(0)
    expect(await verified(c)).toBe(1) // takes the place of b
    expect(await verified(a)).toBe(0)
    expect(await verified(b)).toBe(1) // takes the place of c
    expect(await verified(c)).toBe(1)
  })

  test('holds for any order of use', async () => {
    const key = newRsaKey()
    const tokens = Array.from({ length: 6 }, () => signedBy(key))
    const uses = fc.array(fc.nat(5), { maxLength: 40 })
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 4 }), uses, async (maxEntries, order) => {
      const { get, script, ofType } = setup({ cache: { maxEntries } })
      script.up(key)
      let kept: number[] = [] // the newest first
      const expected = order.map((use) => {
        const source = kept.includes(use) ? 'cache' : 'jwt'
        kept = [use, ...kept.filter((other) => other !== use)].slice(0, maxEntries)
        return source
      })
      for (const use of order) await get(tokens[use] as string)
      expect(ofType('accepted').map(({ source }) => source)).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 30 })
  })

  test('is not touched by tokens that are refused', async () => {
    const { get, key } = setup({ cache: { maxEntries: 1 } })
    const verify = spyOnVerify()
    const token = signedBy(key)
    await get(token)
    await get(signedBy(key, { aud: 'https://other.example' }))
    await get(signedBy({ ...key, privateKey: newRsaKey().privateKey }))
    verify.mockClear()
    await get(token)
    expect(verify).not.toHaveBeenCalled()
  })
})

describe('first uses at once', () => {
  test('share one verification', async () => {
    const { auth, key } = setup()
    const verify = spyOnVerify()
    const token = signedBy(key)
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => auth.verify(token)))
    expect(verify).toHaveBeenCalledTimes(1)
    expect(new Set(verdicts).size).toBe(1)
  })

  test('are verified once too where the keys are there already', async () => {
    const { auth, key } = setup()
    await auth.ready()
    const verify = spyOnVerify()
    const token = signedBy(key)
    await Promise.all(Array.from({ length: 50 }, () => auth.verify(token)))
    expect(verify).toHaveBeenCalledTimes(1)
  })

  test('share a refusal, which is not remembered', async () => {
    const { auth, key } = setup()
    const verify = spyOnVerify()
    const forged = signedBy({ ...key, privateKey: newRsaKey().privateKey })
    const attempt = () => Promise.allSettled(Array.from({ length: 10 }, () => auth.verify(forged)))
    const refused = await attempt()
    expect(
      refused.every((each) => each.status === 'rejected' && each.reason.code === 'signature_invalid'),
    ).toBe(true)
    expect(verify).toHaveBeenCalledTimes(1)
    await expect(auth.verify(forged)).rejects.toMatchObject({ code: 'signature_invalid' })
    expect(verify).toHaveBeenCalledTimes(2)
  })

  test('are each checked for revocation', async () => {
    let asked = 0
    const { auth, key } = setup({ isRevoked: () => asked++ > 0 })
    const token = signedBy(key)
    const verdicts = await Promise.allSettled(Array.from({ length: 3 }, () => auth.verify(token)))
    expect(verdicts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  })
})

test('cache: false verifies every time', async () => {
  const { get, key } = setup({ cache: false })
  const verify = spyOnVerify()
  const token = signedBy(key)
  for (let n = 0; n < 3; n += 1) expect((await get(token)).status).toBe(200)
  expect(verify).toHaveBeenCalledTimes(3)
})

test('cache: false verifies each of several uses at once', async () => {
  const { auth, key } = setup({ cache: false })
  const verify = spyOnVerify()
  const token = signedBy(key)
  await Promise.all([1, 2].map(() => auth.verify(token)))
  expect(verify).toHaveBeenCalledTimes(2)
})

test('a token that was refused for lack of keys is verified when they are back', async () => {
  const { get, key, script } = setup()
  script.down()
  const token = signedBy(key)
  expect((await get(token)).status).toBe(503)
  script.up(key)
  advanceSeconds(1)
  expect((await get(token)).status).toBe(200)
})
