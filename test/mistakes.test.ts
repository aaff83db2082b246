import express from 'express'
import {
  anyOf,
  authErrorHandler,
  requireAnyScope,
  requireAuth,
  requireClaim,
  requirePermissions,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'
import supertest from 'supertest'
import { expect, test } from 'vitest'

const good = { issuer: 'login.northwind.com', audience: 'https://messages.northwind.com' }
const make = (options: object) => () => requireAuth({ ...good, ...options } as never)

const spelling =
  'a domain or an https URL without query and fragment (http only for loopback hosts and httpHosts)'
const identifier = 'the identifier of this API as tokens name it'

test.each<[string, () => unknown, string]>([
  [
    'a tolerance in milliseconds',
    make({ clockToleranceSeconds: 5000 }),
    'clockToleranceSeconds must be a number of seconds from 0 up to 300, got 5000 (in seconds: did you mean 5?)',
  ],
  [
    'a key age in milliseconds',
    make({ jwks: { maxAgeSeconds: 600_000 } }),
    'jwks.maxAgeSeconds must be a number of seconds above 0 and up to 43200, got 600000 (in seconds: did you mean 600?)',
  ],
  [
    'a timeout in milliseconds',
    make({ jwks: { timeoutSeconds: 5000 } }),
    'jwks.timeoutSeconds must be a number of seconds above 0 and up to 60, got 5000 (in seconds: did you mean 5?)',
  ],
  [
    'a proof age in milliseconds',
    make({ dpop: { maxAgeSeconds: 300_000 } }),
    'dpop.maxAgeSeconds must be a number of seconds above 0 and up to 3600, got 300000 (in seconds: did you mean 300?)',
  ],
  [
    'an issuer with its quotes',
    make({ issuer: '"login.northwind.com"' }),
    `issuer must be ${spelling}, got "\\"login.northwind.com\\"" (it holds a quote: was it copied with its quotes?)`,
  ],
  [
    'two issuers in one text',
    make({ issuer: 'a.example,b.example' }),
    `issuer must be ${spelling}, got "a.example,b.example" (it holds a comma: give several issuers as a list)`,
  ],
  [
    'an issuer with a blank',
    make({ issuer: 'login.northwind.com ' }),
    `issuer must be ${spelling}, got "login.northwind.com " (it holds white space)`,
  ],
  [
    'the text undefined as issuer',
    make({ issuer: `https://${process.env.NO_SUCH_DOMAIN}/` }),
    `issuer must be ${spelling}, got "https://undefined/" (is an environment variable missing?)`,
  ],
  [
    'the address of the metadata as issuer',
    make({ issuer: 'https://login.northwind.com/.well-known/openid-configuration' }),
    `issuer must be ${spelling}, got "https://login.northwind.com/.well-known/openid-configuration" (give the issuer itself; for metadata elsewhere there is metadataUrl)`,
  ],
  [
    'plain http to a host of a cluster',
    make({ issuer: 'http://keycloak:8080/realms/northwind' }),
    `issuer must be ${spelling}, got "http://keycloak:8080/realms/northwind" (over plain http only with httpHosts: ["keycloak:8080"])`,
  ],
  [
    'the bare domain of an issuer without slash',
    make({ issuer: 'accounts.google.com' }),
    'issuer must be written as "https://accounts.google.com", got "accounts.google.com" (this issuer has no slash at the end)',
  ],
  [
    'an audience with its quotes',
    make({ audience: "'messages'" }),
    `audience must be ${identifier}, got "'messages'" (it holds a quote: was it copied with its quotes?)`,
  ],
  [
    'two audiences in one text',
    make({ audience: 'a, b' }),
    `audience must be ${identifier}, got "a, b" (it holds a comma or white space: give several audiences as a list)`,
  ],
  [
    'the text undefined as audience',
    make({ audience: String(process.env.NO_SUCH_AUDIENCE) }),
    `audience must be ${identifier}, got "undefined" (is an environment variable missing?)`,
  ],
  [
    'the address of the metadata as audience',
    make({ audience: 'https://login.northwind.com/.well-known/openid-configuration' }),
    `audience must be ${identifier}, got "https://login.northwind.com/.well-known/openid-configuration" (that is an address of the issuer: give the identifier of this API)`,
  ],
  [
    'an audience that is not set',
    make({ audience: process.env.NO_SUCH_AUDIENCE }),
    'audience must be a non-empty string or a list of them, got undefined',
  ],
  [
    'a misspelled option',
    make({ audiences: [] }),
    'requireAuth has no option "audiences"; it knows issuer, audience, algorithms',
  ],
  [
    'scopes as one list',
    () => requireScopes(['read:messages', 'write:messages'] as never),
    `requireScopes must be called with names: requireScopes('a', 'b'), got ["read:messages","write:messages"]`,
  ],
  [
    'scopes as one text',
    () => requireAnyScope('read:messages write:messages'),
    `requireAnyScope must be called with one scope per argument: requireAnyScope('read:messages', 'write:messages'), got "read:messages write:messages"`,
  ],
  [
    'permissions as one list',
    () => requirePermissions(['a'] as never),
    `requirePermissions must be called with names: requirePermissions('a', 'b'), got ["a"]`,
  ],
  [
    'the values of a claim as one list',
    () => requireClaim('org_id', ['org_1', 'org_2'] as never),
    `requireClaim must be called with single values: requireClaim('org_id', 'a', 'b'), got ["org_1","org_2"]`,
  ],
  [
    'anyOf of names',
    () => anyOf('read:messages' as never),
    'anyOf must be called with checks such as requireScopes()',
  ],
  [
    'a step-up age in milliseconds',
    () => requireStepUp({ maxAgeSeconds: 3_600_000 }),
    'requireStepUp.maxAgeSeconds must be a whole number of seconds from 0 to 2592000, got 3600000 (in seconds: did you mean 3600?)',
  ],
  [
    'bindIssuerToHost for an issuer that is a name',
    make({ issuer: { issuer: 'P2abc', jwksUri: 'https://keys.example/' }, bindIssuerToHost: true }),
    'bindIssuerToHost must be off where an issuer is a name and no URL',
  ],
  [
    'a template of tenants without their metadata',
    make({ issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }),
    'issuer https://login.microsoftonline.com/{tenantid}/v2.0 needs metadataUrl or jwksUri, which all its tenants share',
  ],
])('%s is explained at construction', (_, mistake, words) => {
  expect(mistake).toThrow(TypeError)
  let message = ''
  try {
    mistake()
  } catch (error) {
    message = (error as Error).message
  }
  expect(message.slice(0, words.length)).toBe(words)
})

test('a host in capitals is taken as it is meant', async () => {
  const auth = requireAuth({ ...good, issuer: 'HTTPS://Login.Northwind.com/' })
  await expect(auth.verify('a.b.c')).rejects.toMatchObject({ code: 'token_malformed' })
})

test.each([
  [requireAuth, 'requireAuth is mounted uncalled: write app.use(requireAuth({ ... }))'],
  [authErrorHandler, 'authErrorHandler is mounted uncalled: write app.use(authErrorHandler())'],
])('%o mounted uncalled says so at the first request', async (factory, words) => {
  const app = express()
  app.use(factory as never)
  app.use(
    ((error, _req, res, _next) => void res.status(500).send(error.message)) as express.ErrorRequestHandler,
  )
  const response = await supertest(app).get('/')
  expect([response.status, response.text]).toEqual([500, words])
})
