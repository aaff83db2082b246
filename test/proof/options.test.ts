import { forwardedCertificate, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { describe, expect, test } from 'vitest'

const base = { issuer: 'https://login.northwind.com/', audience: 'a' }
const secret = 'x'.repeat(32)

describe('a wrong option is named', () => {
  test.each([
    [{ dpop: true }, 'dpop must be an object, got true'],
    [{ dpop: null }, 'dpop must be an object, got null'],
    [
      { dpop: { require: true } },
      'dpop has no option "require"; it knows required, algorithms, maxAgeSeconds',
    ],
    [{ dpop: { required: 1 } }, 'dpop.required must be true or false, got 1'],
    [{ dpop: { algorithms: ['HS256'] } }, 'dpop.algorithms must be a list of some of RS256'],
    [{ dpop: { algorithms: [] } }, 'dpop.algorithms must be a list of some of RS256'],
    [
      { dpop: { maxAgeSeconds: 0 } },
      'dpop.maxAgeSeconds must be a number of seconds above 0 and up to 3600, got 0',
    ],
    [{ dpop: { nonce: true } }, 'dpop.nonce must be an object'],
    [{ dpop: { nonce: false } }, 'dpop.nonce must be an object'],
    [{ dpop: { nonce: {} } }, 'dpop.nonce.secrets must have at least 32 characters each'],
    [{ dpop: { nonce: { secret } } }, 'dpop.nonce has no option "secret"; it knows secrets'],
    [{ dpop: { nonce: { secrets: [] } } }, 'dpop.nonce.secrets must have at least 32 characters each'],
    [
      { dpop: { nonce: { secrets: [secret, 'short'] } } },
      'dpop.nonce.secrets must have at least 32 characters',
    ],
    [{ dpop: { replayStore: {} } }, 'dpop.replayStore.claim must be a function, got undefined'],
    [{ dpop: { replayStore: false } }, 'dpop.replayStore must be an object, got false'],
    [{ mtls: true }, 'mtls must be an object, got true'],
    [{ mtls: { header: 'x' } }, 'mtls has no option "header"; it knows required, certificate'],
    [{ mtls: { required: 'yes' } }, 'mtls.required must be true or false, got "yes"'],
    [{ mtls: { certificate: 'x-cert' } }, 'mtls.certificate must be a function, got "x-cert"'],
  ])('%j', (options, message) => {
    const create = () => requireAuth({ ...base, ...options } as RequireAuthOptions)
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
  })

  test('a secret is not', () => {
    const create = () => requireAuth({ ...base, dpop: { nonce: { secrets: 'my short secret' } } })
    expect(create).not.toThrow(/my short secret/)
    expect(create).toThrow(TypeError)
  })

  test('a certificate format', () => {
    expect(() => forwardedCertificate('apache' as never)).toThrow(
      'forwardedCertificate format must be "nginx" or "envoy" or "aws-alb" or "rfc9440", got "apache"',
    )
  })
})

test('an option that is undefined counts as absent', () => {
  expect(() => requireAuth({ ...base, dpop: undefined, mtls: undefined } as never)).not.toThrow()
  expect(() => requireAuth({ ...base, dpop: { nonce: undefined } } as never)).not.toThrow()
})
