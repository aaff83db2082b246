import { createPublicKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, type JWK, jwtVerify } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { craftedIssuer, craftKey } from '../craft.js'
import { endpoint, opaque, type Question, setup } from './scripted-server.js'

afterEach(() => void vi.useRealTimers())

async function questionOf(introspection: object): Promise<Question> {
  const { get, asked } = setup({ introspection })
  const { status } = await get(opaque())
  expect(status).toBe(200)
  return asked[0] as Question
}

const withSecret = (clientId: string, clientSecret: string, authMethod?: string) =>
  questionOf({ clientId, clientSecret, ...(authMethod && { authMethod }) })

describe('we authenticate to the endpoint (RFC 7662 §2.1)', () => {
  test('by client_secret_basic unless told otherwise', async () => {
    const { headers, form } = await withSecret('messages-api', 's3cret')
    expect(headers.get('authorization')).toBe(
      `Basic ${Buffer.from('messages-api:s3cret').toString('base64')}`,
    )
    expect([...form.keys()]).toEqual(['token', 'token_type_hint'])
  })

  test('with both parts form-encoded first (RFC 6749 §2.3.1)', async () => {
    const { headers } = await withSecret('a:b c', "100% é+/='~*")
    const [, base64 = ''] = (headers.get('authorization') ?? '').split(' ')
    expect(Buffer.from(base64, 'base64').toString()).toBe('a%3Ab+c:100%25+%C3%A9%2B%2F%3D%27%7E*')
  })

  test('by client_secret_post', async () => {
    const { headers, form } = await withSecret('messages-api', 's3cret', 'client_secret_post')
    expect(headers.get('authorization')).toBeNull()
    expect([form.get('client_id'), form.get('client_secret')]).toEqual(['messages-api', 's3cret'])
  })

  test.each([
    ['RS256', 'rsa', {}],
    ['PS256', 'rsa', {}],
    ['ES256', 'ec', {}],
    ['ES384', 'ec', { namedCurve: 'P-384' }],
    ['EdDSA', 'ed25519', {}],
  ] as const)('by private_key_jwt, signed with %s (RFC 7523 §3)', async (alg, type, options) => {
    const { privateKey } = craftKey(type, options)
    const jwk = { ...(privateKey.export({ format: 'jwk' }) as JWK), alg, kid: 'api-1' }
    const { headers, form } = await questionOf({
      clientId: 'messages-api',
      clientSecret: undefined,
      privateKey: jwk,
    })
    expect(headers.get('authorization')).toBeNull()
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    expect([form.get('client_id'), form.get('client_secret')]).toEqual(['messages-api', null])
    const { payload, protectedHeader } = await jwtVerify(
      form.get('client_assertion') ?? '',
      createPublicKey(privateKey),
      { issuer: 'messages-api', subject: 'messages-api', audience: craftedIssuer, algorithms: [alg] },
    )
    expect(protectedHeader).toEqual({ alg, kid: 'api-1' })
    expect((payload.exp as number) - (payload.iat as number)).toBe(60)
  })

  test('an assertion is made at the moment of the question, and names no key where the JWK has no kid', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_999 })
    for (const kid of [undefined, 5]) {
      const jwk = { ...craftKey('ec').privateKey.export({ format: 'jwk' }), alg: 'ES256', kid }
      const { form } = await questionOf({ clientSecret: undefined, privateKey: jwk })
      const assertion = form.get('client_assertion') ?? ''
      expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'ES256' })
      expect(decodeJwt(assertion)).toMatchObject({ iat: 1_700_000_000, exp: 1_700_000_060 })
    }
  })

  test('each assertion is good for one use', async () => {
    const { privateKey } = craftKey('ec')
    const jwk = { ...(privateKey.export({ format: 'jwk' }) as JWK), alg: 'ES256' }
    const { get, asked } = setup({
      introspection: { clientId: 'messages-api', clientSecret: undefined, privateKey: jwk } as never,
    })
    await get(opaque())
    await get(opaque())
    const [one, two] = asked.map(({ form }) => form.get('client_assertion'))
    expect(one).not.toBe(two)
  })

  test('only where the token goes: not for discovery', async () => {
    const { get, asked } = setup({ introspection: { endpoint: undefined } as never })
    await get(opaque())
    expect(asked.map(({ url, headers }) => [url === endpoint, headers.has('authorization')])).toEqual([
      [false, false],
      [true, true],
    ])
  })
})
