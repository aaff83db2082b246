import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { TestTokenOptions } from 'express-require-auth/testing'
import { sharedIssuer } from '../shared-issuer.js'
import type { Changes } from './before-and-after.js'

const issuer = await sharedIssuer()
const jwksUri = `${issuer.url}.well-known/jwks.json`
const jwks = (await (await fetch(jwksUri)).json()) as { keys: [JsonWebKey] }
const publicKey = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({
  type: 'spki',
  format: 'der',
})

export const northwind: Changes = { 'https://login.northwind.com/': issuer.url }
const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Northwind'
const KEYCLOAK = 'https://keycloak.northwind.com/realms/northwind'
const keysOfOurs = (name: string) => ({ [`'${name}'`]: `{ issuer: '${name}', jwksUri: '${jwksUri}' }` })

/** One request: its path, the token that it has, and the status before and after. */
type Row = readonly [
  what: string,
  path: string,
  token: TestTokenOptions | undefined,
  before: number,
  after: number,
]

interface Guide {
  readonly before: Changes
  readonly after: Changes
  /** What the good token has beyond the audience. */
  readonly token: TestTokenOptions
  readonly rows: readonly Row[]
}

export const expired = { expiresInSeconds: -60 }
export const foreign = { audience: 'https://other.example' }

export const GUIDES: Readonly<Record<string, Guide>> = {
  'express-oauth2-jwt-bearer': {
    before: { 'https://northwind.eu.auth0.com/': issuer.url },
    after: { 'https://northwind.eu.auth0.com/': issuer.url },
    token: {
      audience: 'https://messages.northwind.com',
      scope: 'read:messages write:messages',
      claims: { org_id: 'org_123', roles: ['editor', 'author'] },
    },
    rows: [
      ['a good token', '/me', {}, 200, 200],
      ['both scopes', '/messages', {}, 200, 200],
      ['one of two scopes', '/messages', { scope: 'read:messages' }, 403, 403],
      ['any scope', '/any', { scope: 'admin' }, 200, 200],
      ['another organization', '/org', { claims: { org_id: 'org_456' } }, 401, 403],
      ['both roles', '/roles', {}, 200, 200],
      ['one of two roles', '/roles', { claims: { roles: ['editor'] } }, 401, 403],
      ['no token', '/me', undefined, 401, 401],
      ['an expired token', '/me', expired, 401, 401],
    ],
  },
  'express-jwt': {
    before: northwind,
    after: northwind,
    token: { audience: 'https://messages.northwind.com' },
    rows: [
      ['a good token', '/me', {}, 200, 200],
      ['no token, at an open route', '/health', undefined, 204, 204],
      ['no token', '/me', undefined, 401, 401],
      ['an expired token', '/me', expired, 401, 401],
      ['a token for another API', '/me', foreign, 401, 401],
      ['a token without exp', '/me', { claims: { exp: undefined } }, 200, 401],
    ],
  },
  'passport-jwt': {
    before: northwind,
    after: northwind,
    token: { audience: 'https://messages.northwind.com' },
    rows: [
      ['a good token', '/me', {}, 200, 200],
      ['no token', '/me', undefined, 401, 401],
      ['an expired token', '/me', expired, 401, 401],
      ['a token for another API', '/me', foreign, 401, 401],
    ],
  },
  'aws-jwt-verify': {
    before: {
      "['messages/read', 'messages/admin'],\n})": `['messages/read', 'messages/admin'],\n})\nverifier.cacheJwks(${JSON.stringify(jwks)})`,
    },
    after: keysOfOurs(COGNITO),
    token: {
      issuer: COGNITO,
      scope: 'messages/read',
      claims: { aud: undefined, client_id: '4f2k9', token_use: 'access', 'cognito:groups': ['editors'] },
    },
    rows: [
      ['a good token', '/', {}, 404, 404],
      ['a token of another client', '/', { claims: { client_id: 'x' } }, 403, 401],
      ['a user of no group', '/', { claims: { 'cognito:groups': [] } }, 403, 403],
      ['a token without scope', '/', { scope: 'other' }, 403, 403],
      ['an expired token', '/', expired, 403, 401],
      ['an ID token', '/', { claims: { token_use: 'id' } }, 403, 401],
    ],
  },
  'okta-jwt-verifier': {
    before: {
      "issuer: 'https://northwind.okta.com/oauth2/default',": `issuer: '${issuer.url}', jwksUri: '${jwksUri}', testing: { disableHttpsCheck: true },`,
    },
    after: { 'https://northwind.okta.com/oauth2/default': issuer.url },
    token: {
      audience: 'api://default',
      scope: '',
      claims: { cid: '0oa1', groups: ['editors', 'authors'], scp: ['messages.read'] },
    },
    rows: [
      ['a good token', '/messages', {}, 200, 200],
      ['one of two groups', '/messages', { claims: { groups: ['editors'] } }, 401, 403],
      ['a token of another client', '/messages', { claims: { cid: '0oa2' } }, 401, 403],
      ['a token without scope', '/messages', { claims: { scp: ['other'] } }, 403, 403],
      ['no token', '/messages', undefined, 401, 401],
      ['an expired token', '/messages', expired, 401, 401],
      ['a token for another API', '/messages', foreign, 401, 401],
    ],
  },
  'keycloak-connect': {
    before: {
      "realm: 'northwind',": `realm: 'northwind', 'realm-public-key': '${publicKey.toString('base64')}',`,
    },
    after: keysOfOurs(KEYCLOAK),
    token: {
      issuer: KEYCLOAK,
      audience: 'messages-api',
      claims: {
        typ: 'Bearer',
        realm_access: { roles: ['reader'] },
        resource_access: { 'messages-api': { roles: ['author'] }, reports: { roles: ['viewer'] } },
      },
    },
    rows: [
      ['a role of the realm', '/messages', {}, 200, 200],
      ['a role of this client', '/drafts', {}, 200, 200],
      ['a role of another client', '/reports', {}, 200, 200],
      ['no role of the realm', '/messages', { claims: { realm_access: { roles: [] } } }, 403, 403],
      ['no role of this client', '/drafts', { claims: { resource_access: {} } }, 403, 403],
      ['no token', '/messages', undefined, 403, 401],
      ['an expired token', '/messages', expired, 403, 401],
      ['a token for another client', '/messages', foreign, 200, 401],
    ],
  },
}
