import {
  createMemoryReplayStore,
  forwardedCertificate,
  protectedResourceMetadata,
  requireAuth,
  requireStepUp,
} from 'express-require-auth'
import { createRedisReplayStore, redisDenylist } from 'express-require-auth/redis'
import { describe, expect, test } from 'vitest'
import { GUARD_FIELDS } from '../src/guard/options.js'
import { JWKS_FIELDS } from '../src/issuer/jwks-options.js'
import { DPOP_FIELDS } from '../src/proof/dpop-options.js'
import { MTLS_FIELDS } from '../src/proof/mtls.js'
import { readyKey } from './keys/ready-keys.js'

/** An option: a value that it takes, and values of every kind that it must refuse. */
interface Row {
  right: unknown
  wrong: readonly unknown[]
}

type Rows = Readonly<Record<string, Row>>

const noText = [null, '', 5, {}, false]
const noFunction = [null, false, 0, '', {}, 'a function']
const noFlag = [null, 0, 1, '', 'true', {}]
const noCount = [null, 0, -1, 1.5, '5', Number.NaN, Number.POSITIVE_INFINITY, false]
const noSeconds = [null, -1, '5', Number.NaN, Number.POSITIVE_INFINITY, false]
const key = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] }
const introspection = { clientId: 'api', clientSecret: 'secret' }
const secret = 'x'.repeat(32)

const guard: Rows = {
  issuer: {
    right: 'login.northwind.com',
    wrong: [...noText, [], [null], 'http://a.example/', 'https://a.example/?x', ['a.example', 'a.example']],
  },
  audience: {
    right: ['a', 'b'],
    wrong: [...noText, [], [''], ['a', 5], { claim: 'azp' }, { values: ['a'] }],
  },
  algorithms: { right: ['ES256'], wrong: [null, '', 'RS256', [], ['HS256'], ['none'], false] },
  clockToleranceSeconds: { right: 0, wrong: [...noSeconds, 301, 5000] },
  maxTokenAgeSeconds: { right: 3600, wrong: [...noSeconds, 0, 3_600_000] },
  maxTokenBytes: { right: 65_536, wrong: noCount },
  profile: { right: 'rfc9068', wrong: [null, false, '', 'rfc7519', true] },
  optional: { right: true, wrong: noFlag },
  tokenFrom: {
    right: ['query', () => ''],
    wrong: [null, '', 'header', [], ['cookie'], [null], false],
  },
  bindIssuerToHost: { right: true, wrong: noFlag },
  cache: { right: false, wrong: [null, true, 0, '', { maxEntries: 0 }, { maxEntries: '5' }, { max: 5 }] },
  httpHosts: {
    right: ['keycloak:8080'],
    wrong: [null, '', 'keycloak', [], ['http://keycloak'], ['a/b'], [5], false],
  },
  publicUrl: {
    right: 'https://api.example.com/shop',
    wrong: [null, '', 5, false, [], 'api.example.com', 'https://a/?q', {}],
  },
  jwks: { right: {}, wrong: [null, false, '', [], { maxAge: 5 }] },
  introspection: { right: introspection, wrong: [null, false, true, '', {}, { clientId: 'a' }] },
  dpop: { right: {}, wrong: [null, false, true, '', []] },
  mtls: { right: {}, wrong: [null, false, true, '', []] },
  isRevoked: { right: () => false, wrong: noFunction },
  realm: { right: 'messages', wrong: [null, '', 5, false, 'a"b', 'a\\b', 'a\nb'] },
  resourceMetadata: {
    right: 'https://a.example/.well-known/x',
    wrong: [null, '', 5, false, 'x', 'https://a/"', {}, { resource: 'x' }],
  },
  onEvent: { right: () => {}, wrong: noFunction },
  fetch: { right: globalThis.fetch, wrong: noFunction },
}

const jwks: Rows = {
  maxAgeSeconds: { right: 60, wrong: [...noSeconds, 0, 60_000] },
  maxStaleSeconds: { right: 0, wrong: [...noSeconds, 86_400_000] },
  cooldownSeconds: { right: 1, wrong: [...noSeconds, 0, 10_000] },
  timeoutSeconds: { right: 1, wrong: [...noSeconds, 0, 5000] },
  maxBytes: { right: 1000, wrong: noCount },
  jsonTypes: { right: ['text/plain'], wrong: [null, '', 'text/plain', [], [5], false] },
}

const dpop: Rows = {
  required: { right: true, wrong: noFlag },
  algorithms: { right: ['ES256'], wrong: [null, '', [], ['HS256'], false] },
  maxAgeSeconds: { right: 60, wrong: [...noSeconds, 0, 300_000] },
  nonce: { right: { secrets: secret }, wrong: [null, false, '', {}, { secrets: 'short' }, { secret }] },
  replayStore: { right: createMemoryReplayStore(), wrong: [null, false, '', {}, { claim: 5 }] },
}

const mtls: Rows = {
  required: { right: true, wrong: noFlag },
  certificate: { right: () => undefined, wrong: noFunction },
}

const issuer: Rows = {
  issuer: { right: 'https://a.example/', wrong: [...noText, 'http://a.example/'] },
  metadataUrl: { right: 'https://b.example/m', wrong: [...noText, 'http://b.example/m', 'b.example'] },
  jwksUri: { right: 'https://b.example/k', wrong: [...noText, 'http://b.example/k', 'b.example'] },
  jwks: { right: key, wrong: [null, false, '', {}, { keys: [] }, []] },
  algorithms: { right: ['ES256'], wrong: [null, '', [], ['HS256'], false] },
  audience: { right: 'a', wrong: [...noText, []] },
  tokenTypes: { right: ['application/x-at+jwt'], wrong: [null, '', 'x', [], [5], false] },
  allowIdTokenClaims: { right: true, wrong: noFlag },
}

const asked: Rows = {
  issuer: { right: 'login.northwind.com', wrong: [...noText, 'https://other.example/'] },
  endpoint: { right: 'https://a.example/i', wrong: [...noText, 'http://a.example/i', 'x'] },
  clientId: { right: 'api', wrong: noText },
  clientSecret: { right: 'secret', wrong: noText },
  maxAgeSeconds: { right: 0, wrong: [...noSeconds, 1000] },
  timeoutSeconds: { right: 1, wrong: [...noSeconds, 0, 5000] },
  signedResponse: { right: true, wrong: noFlag },
  requireAudience: { right: false, wrong: noFlag },
  jwts: { right: true, wrong: noFlag },
  authMethod: { right: 'client_secret_post', wrong: [null, '', 'private_key_jwt', 'none', false] },
}

const resource: Rows = {
  resource: {
    right: 'https://api.example.com',
    wrong: [...noText, 'http://api.example.com', 'https://a/#f'],
  },
  auth: { right: requireAuth({ issuer: 'a.example', audience: 'a' }), wrong: [...noFunction, () => {}] },
  authorizationServers: {
    right: ['https://a.example/'],
    wrong: [null, '', [], ['x'], ['https://a/?q'], ['https://a/#f']],
  },
  scopesSupported: { right: ['read'], wrong: [null, '', [], [5]] },
  resourceName: { right: 'Messages', wrong: noText },
  resourceDocumentation: { right: 'https://a.example/docs', wrong: [...noText, 'docs'] },
  resourcePolicyUri: { right: 'https://a.example/policy', wrong: [...noText, 'policy'] },
  resourceTosUri: { right: 'https://a.example/tos', wrong: [...noText, 'tos'] },
}

const stepUp: Rows = {
  acrValues: { right: 'mfa', wrong: [...noText, [], ['a b'], ['"']] },
  maxAgeSeconds: { right: 0, wrong: [...noSeconds, 1.5, 3_600_000] },
  scopes: { right: ['read'], wrong: [...noText, []] },
}

const client = () => async () => 'OK'
const replayStore: Rows = {
  prefix: { right: '', wrong: [null, 5, false, {}] },
  timeoutSeconds: { right: 1, wrong: [...noSeconds, 0, 5000] },
}
const denylist: Rows = {
  ...replayStore,
  maxStaleSeconds: { right: 0, wrong: [...noSeconds, 1000] },
  keepSeconds: { right: 60, wrong: [...noSeconds, 0, 2_592_000_000] },
}

const base = { issuer: 'login.northwind.com', audience: 'a' }
const withDpop = { ...base, dpop: {} }

type Make = (options: Record<string, unknown>) => unknown
const objects: [string, Rows, Make, string[]][] = [
  ['requireAuth', guard, (given) => requireAuth({ ...base, ...given } as never), ['issuer', 'audience']],
  ['jwks', jwks, (given) => requireAuth({ ...base, jwks: given } as never), []],
  ['dpop', dpop, (given) => requireAuth({ ...base, dpop: given } as never), []],
  ['mtls', mtls, (given) => requireAuth({ ...base, mtls: given } as never), []],
  [
    'issuer',
    issuer,
    (given) => requireAuth({ ...base, issuer: { issuer: 'https://a.example/', ...given } } as never),
    ['issuer'],
  ],
  [
    'introspection',
    asked,
    (given) => requireAuth({ ...base, introspection: { ...introspection, ...given } } as never),
    ['clientId', 'clientSecret'],
  ],
  [
    'protectedResourceMetadata',
    resource,
    (given) => protectedResourceMetadata({ resource: 'https://a.example', ...given } as never),
    ['resource'],
  ],
  [
    'requireStepUp',
    stepUp,
    (given) => requireStepUp({ acrValues: 'a', maxAgeSeconds: 5, ...given } as never),
    [],
  ],
  ['createRedisReplayStore', replayStore, (given) => createRedisReplayStore(client(), given as never), []],
  ['redisDenylist', denylist, (given) => redisDenylist(client(), given as never), []],
  [
    'createMemoryReplayStore',
    { maxEntries: { right: 5, wrong: noCount } },
    (given) => createMemoryReplayStore(given as never),
    [],
  ],
]

test.each([
  ['requireAuth', guard, GUARD_FIELDS],
  ['jwks', jwks, JWKS_FIELDS],
  ['dpop', dpop, DPOP_FIELDS],
  ['mtls', mtls, MTLS_FIELDS],
])('every option of %s has a row here', (_, rows, fields) => {
  expect(Object.keys(rows).sort()).toEqual(Object.keys(fields).sort())
})

describe.each(objects)('%s', (object, rows, make, needed) => {
  test.each(Object.entries(rows))('takes %s, and as undefined counts it as not given', (name, { right }) => {
    expect(() => make({ [name]: right })).not.toThrow()
    if (!needed.includes(name)) expect(() => make({ [name]: undefined })).not.toThrow()
  })

  test.each(needed)('demands %s', (name) => {
    expect(() => make({ [name]: undefined })).toThrow(TypeError)
  })

  const wrongs = Object.entries(rows).flatMap(([name, { wrong }]) =>
    wrong.map((value) => [name, value] as const),
  )
  test.each(wrongs)('refuses %s as %j in words that name the option', (name, value) => {
    expect(() => make({ [name]: value })).toThrow(TypeError)
    expect(() => make({ [name]: value })).toThrow(new RegExp(`\\b${name}\\b|${object}`))
  })

  test('refuses an option it does not know, and lists those it knows', () => {
    const known = Object.keys(rows).slice(0, 1).join()
    expect(() => make({ noSuchOption: 1 })).toThrow(`${object} has no option "noSuchOption"; it knows `)
    expect(() => make({ noSuchOption: 1 })).toThrow(new RegExp(known))
  })
})

test.each([undefined, null, 'https://a.example/', [], 5])('options that are %j are refused', (options) => {
  expect(() => requireAuth(options as never)).toThrow('options must be an object')
})

test('an option that may be a secret is never shown', () => {
  const make = (options: object) => () => requireAuth({ ...withDpop, ...options } as never)
  for (const options of [
    { dpop: { nonce: { secrets: 'hunter2' } } },
    { introspection: { clientId: 'a', clientSecret: 5, privateKey: { d: 'hunter2' } } },
    { introspection: { clientId: 'a', privateKey: { kty: 'EC', alg: 'ES256', d: 'hunter2' } } },
  ]) {
    expect(make(options)).toThrow(TypeError)
    expect(make(options)).not.toThrow(/hunter2/)
  }
})

test.each([
  [5, undefined],
  ['apache', undefined],
  ['nginx', 5],
  ['nginx', ''],
  ['nginx', 'a header'],
])('forwardedCertificate(%j, %j) is refused', (format, header) => {
  expect(() => forwardedCertificate(format as never, header as never)).toThrow(TypeError)
})

test('a private key takes the place of the secret, and not both', () => {
  const jwk = { ...readyKey().export({ format: 'jwk' }), alg: 'RS256' }
  const make = (options: object) => () =>
    requireAuth({ ...base, introspection: { clientId: 'a', ...options } } as never)
  expect(make({ privateKey: jwk })).not.toThrow()
  expect(make({ privateKey: jwk, clientSecret: 'x' })).toThrow(
    'introspection needs one of clientSecret and privateKey',
  )
  expect(make({})).toThrow('introspection needs one of clientSecret and privateKey')
})
