import express from 'express'
import {
  authErrorHandler,
  createMemoryReplayStore,
  forwardedCertificate,
  protectedResourceMetadata,
  requireAuth,
} from 'express-require-auth'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { craftKey } from './craft.js'

const base = { issuer: 'login.northwind.com', audience: 'a' }
const make = (options: object) => requireAuth({ ...base, ...options } as never)
const introspection = (options: object) => ({
  introspection: { clientId: 'a', clientSecret: 'b', ...options },
})
const jwk = { ...craftKey('ec').privateKey.export({ format: 'jwk' }), alg: 'ES256' }
const algorithms = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519'
const spelling =
  'a domain or an https URL without query and fragment (http only for loopback hosts and httpHosts)'
const issuerWords = 'issuer must be an issuer URL, a domain, settings, a list of these, or a function'
const known = Object.keys({ required: true, algorithms: [], maxAgeSeconds: 5, nonce: {}, replayStore: {} })

function messageOf(mistake: () => unknown): unknown {
  try {
    mistake()
  } catch (error) {
    return error instanceof TypeError ? error.message : error
  }
  return 'nothing was wrong'
}

test.each<[object, string]>([
  [{ optional: 1 }, 'optional must be true or false, got 1'],
  [{ optional: null }, 'optional must be true or false, got null'],
  [{ onEvent: 'log' }, 'onEvent must be a function, got "log"'],
  [{ isRevoked: {} }, 'isRevoked must be a function, got an object'],
  [{ maxTokenBytes: 0 }, 'maxTokenBytes must be a positive integer, got 0'],
  [{ maxTokenBytes: 2 ** 53 }, 'maxTokenBytes must be a positive integer, got 9007199254740992'],
  [
    { clockToleranceSeconds: '5' },
    'clockToleranceSeconds must be a number of seconds from 0 up to 300, got "5"',
  ],
  [
    { clockToleranceSeconds: -1 },
    'clockToleranceSeconds must be a number of seconds from 0 up to 300, got -1',
  ],
  [
    { clockToleranceSeconds: Number.NaN },
    'clockToleranceSeconds must be a number of seconds from 0 up to 300, got NaN',
  ],
  [
    { clockToleranceSeconds: 300.5 },
    'clockToleranceSeconds must be a number of seconds from 0 up to 300, got 300.5 (in seconds: did you mean 0.3005?)',
  ],
  [
    { dpop: { maxAgeSeconds: 0 } },
    'dpop.maxAgeSeconds must be a number of seconds above 0 and up to 3600, got 0',
  ],
  [{ realm: 'a"b' }, 'realm must be printable ASCII without quotes and backslashes, got "a\\"b"'],
  [{ realm: '' }, 'realm must be printable ASCII without quotes and backslashes, got ""'],
  [{ realm: 'a\u007f' }, 'realm must be printable ASCII without quotes and backslashes, got "a\u007f"'],
  [{ resourceMetadata: 'x' }, 'resourceMetadata must be an absolute URL, got "x"'],
  [
    { resourceMetadata: new URL('https://api.northwind.com') },
    'resourceMetadata must be an absolute URL, got an object',
  ],
  [{ audience: [] }, 'audience must be a non-empty string or a list of them, got []'],
  [{ audience: ['a', ''] }, 'audience must be a non-empty string or a list of them, got ["a",""]'],
  [{ algorithms: [] }, `algorithms must be a list of some of ${algorithms}, got []`],
  [
    { algorithms: ['RS256', 'HS256'] },
    `algorithms must be a list of some of ${algorithms}, got ["RS256","HS256"]`,
  ],
  [{ algorithms: 'RS256' }, `algorithms must be a list of some of ${algorithms}, got "RS256"`],
  [
    { resourceMetadata: { url: new URL('https://api.northwind.com') } },
    'resourceMetadata must be an absolute URL, got an object',
  ],
  [
    { resourceMetadata: { resource: 'http://api.northwind.com' } },
    'resourceMetadata.resource must be an https URL without fragment (http only for loopback hosts), got "http://api.northwind.com"',
  ],
  [{ issuer: undefined }, `${issuerWords}, got undefined`],
  [{ issuer: [] }, `${issuerWords}, got []`],
  [{ issuer: [undefined] }, `${issuerWords}, got [null]`],
  [
    { issuer: ['a.example', 'https://a.example/'] },
    'issuer must be a list of different issuers, got ["a.example","https://a.example/"]',
  ],
  [
    {
      issuer: ['a.example', { issuer: 'northwind', jwksUri: 'https://a.example/keys' }],
      bindIssuerToHost: true,
    },
    'bindIssuerToHost must be off where an issuer is a name and no URL',
  ],
  [
    { dpop: { required: true }, tokenFrom: ['query'] },
    "tokenFrom must have 'header' where dpop is required: its scheme stands there alone",
  ],
  [
    { tokenFrom: ['cookie'] },
    "tokenFrom must be a list of 'header', 'body', 'query' and functions, got \"cookie\"",
  ],
  [{ httpHosts: ['a b'] }, 'httpHosts must be a list of hosts such as "keycloak:8080", got "a b"'],
  [{ httpHosts: ['[::g]'] }, 'httpHosts must be a list of hosts such as "keycloak:8080", got "[::g]"'],
  [{ httpHosts: [8080] }, 'httpHosts must be a list of hosts such as "keycloak:8080", got 8080'],
  ...[new URL('https://api.northwind.com'), 'webhttp://a', 'httpsx://a', 'https://a/?b', 'https://a/ b'].map(
    (publicUrl): [object, string] => [
      { publicUrl },
      `publicUrl must be an http or https URL without query and fragment, got ${
        typeof publicUrl === 'string' ? JSON.stringify(publicUrl) : 'an object'
      }`,
    ],
  ),
  [{ profile: 'jwt' }, 'profile must be "rfc9068", got "jwt"'],
  [{ tokenFrom: [] }, 'tokenFrom must be a list of at least one, got []'],
  [{ dpop: { replayStore: 5 } }, 'dpop.replayStore must be an object, got 5'],
  [{ dpop: { replayStore: null } }, 'dpop.replayStore must be an object, got null'],
  [{ dpop: { replayStore: {} } }, 'dpop.replayStore.claim must be a function, got undefined'],
  [{ dpop: 5 }, 'dpop must be an object, got 5'],
  [{ dpop: [] }, 'dpop must be an object, got []'],
  [{ dpop: () => ({}) }, 'dpop must be an object, got a function'],
  [{ dpop: { requird: true } }, `dpop has no option "requird"; it knows ${known.join(', ')}`],
  [introspection({ clientId: '' }), 'introspection.clientId must be a non-empty string, got ""'],
  [introspection({ clientId: ' ' }), 'introspection.clientId must be a non-empty string, got " "'],
  [
    introspection({ maxAgeSeconds: 901 }),
    'introspection.maxAgeSeconds must be a number of seconds from 0 up to 900, got 901 (in seconds: did you mean 0.901?)',
  ],
  [
    introspection({ clientSecret: undefined, privateKey: 5 }),
    `introspection.privateKey must be a private JWK with an alg of ${algorithms}`,
  ],
  ...[null, { ...jwk, alg: undefined }, { ...jwk, alg: 'HS256' }].map((privateKey): [object, string] => [
    introspection({ clientSecret: undefined, privateKey }),
    `introspection.privateKey must be a private JWK with an alg of ${algorithms}`,
  ]),
  [
    introspection({ clientSecret: undefined, privateKey: jwk, authMethod: 'client_secret_basic' }),
    'introspection.authMethod must be "private_key_jwt" beside privateKey, got "client_secret_basic"',
  ],
  [
    introspection({ authMethod: 'private_key_jwt' }),
    'introspection.authMethod must be "client_secret_basic" or "client_secret_post" beside clientSecret, got "private_key_jwt"',
  ],
  [
    { resourceMetadata: `//user:secret@a.example/${'x'.repeat(300)}` },
    `resourceMetadata must be an absolute URL, got "//...@a.example/${'x'.repeat(183)}`,
  ],
  [{ issuer: '' }, 'issuer must be a non-empty string, got ""'],
  [{ issuer: [5] }, 'issuer must be a URL, a domain or settings, got 5'],
  [{ issuer: { issuer: 'northwind', jwks: {} } }, 'issuer.jwks must be a JWK Set with keys, got an object'],
  [
    { issuer: 'https://a.example/{tenant}' },
    `issuer must be ${spelling}, got "https://a.example/{tenant}" (a {tenantid} needs metadataUrl or jwksUri)`,
  ],
  ...['https://a.example/?b', 'http://[', '5http://a.example', 'a.example/http://b'].map(
    (issuer): [object, string] => [{ issuer }, `issuer must be ${spelling}, got "${issuer}"`],
  ),
  ...['appleid.apple.com', 'gitlab.com', 'token.actions.githubusercontent.com', 'www.facebook.com'].map(
    (issuer): [object, string] => [
      { issuer },
      `issuer must be written as "https://${issuer}", got "${issuer}" (this issuer has no slash at the end)`,
    ],
  ),
  [
    { issuer: { issuer: ' ', metadataUrl: 'https://b.example/m' } },
    'issuer.issuer must be a non-empty string, got " "',
  ],
  [
    { issuer: { issuer: 5, metadataUrl: 'https://b.example/m' } },
    'issuer.issuer must be a non-empty string, got 5',
  ],
])('%o is refused in these words', (options, words) => {
  expect(messageOf(() => make(options))).toBe(words)
})

test.each<[object]>([
  [{ clockToleranceSeconds: 0 }],
  [{ clockToleranceSeconds: 300 }],
  [{ maxTokenAgeSeconds: 0.001 }],
  [{ maxTokenBytes: 1 }],
  [{ maxTokenBytes: Number.MAX_SAFE_INTEGER }],
  [{ realm: ' !#[]~' }],
  [{ audience: ['a', 'nullable', 'not-null'] }],
  [{ issuer: { issuer: 'https://a.example/{tenantid}', jwksUri: 'https://a.example/keys' } }],
  [{ httpHosts: ['[fd00::1]:8080'] }],
  [{ publicUrl: 'http://api' }],
  [{ publicUrl: ['https://api.northwind.com/v1/'] }],
  [{ dpop: { maxAgeSeconds: 3600, replayStore: Object.assign(() => 1, { claim: () => true }) } }],
  [introspection({ maxAgeSeconds: 0, timeoutSeconds: 60 })],
  [introspection({ maxAgeSeconds: 900 })],
  [introspection({ clientSecret: undefined, privateKey: jwk, authMethod: 'private_key_jwt' })],
  [{ dpop: undefined, mtls: undefined, jwks: undefined }],
])('%o is taken', (options) => {
  expect(messageOf(() => make(options))).toBe('nothing was wrong')
})

test.each([
  ['login.northwind.com', 'https://login.northwind.com/'],
  ['login.northwind.com/', 'https://login.northwind.com/'],
  ['Login.Northwind.com/realms/a', 'https://login.northwind.com/realms/a/'],
  ['HTTPS://Login.Northwind.com/Realms/A', 'https://login.northwind.com/Realms/A'],
  ['nullable.example', 'https://nullable.example/'],
  ['dev.null', 'https://dev.null/'],
])('the issuer %s means %s', async (issuer, meant) => {
  const handler = protectedResourceMetadata({
    resource: 'https://api.northwind.com',
    auth: make({ issuer }),
  })
  const { body } = await supertest(express().use(handler)).get(new URL(handler.url).pathname)
  expect(body.authorization_servers).toEqual([meant])
})

test('options of other functions begin with the name of the function', () => {
  expect(messageOf(() => createMemoryReplayStore({ maxEntries: 0 }))).toBe(
    'createMemoryReplayStore.maxEntries must be a positive integer, got 0',
  )
  expect(messageOf(() => authErrorHandler({ details: 1 as never }))).toBe(
    'authErrorHandler.details must be true or false, got 1',
  )
  expect(messageOf(() => protectedResourceMetadata(5 as never))).toBe('options must be an object, got 5')
  expect(messageOf(() => forwardedCertificate('apache' as never))).toBe(
    'forwardedCertificate format must be "nginx" or "envoy" or "aws-alb" or "rfc9440", got "apache"',
  )
  expect(messageOf(() => requireAuth(undefined as never))).toBe('options must be an object, got undefined')
})

const issuersWords =
  'authorizationServers must be a list of issuer URLs without query and fragment (http only for loopback hosts)'

test.each<[object, string]>([
  [{ auth: null }, 'auth must be what requireAuth() returned, got null'],
  [{ auth: {} }, 'auth must be what requireAuth() returned, got an object'],
  [
    { authorizationServers: ['https://a.example', 'b.example'] },
    `${issuersWords}, got ["https://a.example","b.example"]`,
  ],
  [
    { authorizationServers: ['https://a.example?b', 'https://b.example'] },
    `${issuersWords}, got ["https://a.example?b","https://b.example"]`,
  ],
  [{ resourceDocumentation: 'docs' }, 'resourceDocumentation must be the URL of a page, got "docs"'],
  [{ resourcePolicyUri: 'webhttp://a' }, 'resourcePolicyUri must be the URL of a page, got "webhttp://a"'],
  [{ resourceTosUri: 'https://' }, 'resourceTosUri must be the URL of a page, got "https://"'],
  [
    { resourceDocumentation: ['https://docs.example'] },
    'resourceDocumentation must be the URL of a page, got ["https://docs.example"]',
  ],
  [{ resourceDocumentation: 'http://docs.example' }, 'nothing was wrong'],
])('protectedResourceMetadata says of %o: %s', (options, words) => {
  const resource = 'https://api.northwind.com'
  expect(messageOf(() => protectedResourceMetadata({ resource, ...options } as never))).toBe(words)
})
