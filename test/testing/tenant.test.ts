import { loadTenant, northwind, startTestIssuer, type TenantOptions } from 'express-require-auth/testing'
import { expect, test } from 'vitest'

const [api] = northwind.apis
const [client] = northwind.clients
const secretless = { clientId: 'x', grants: ['client_credentials'] }
const user = { userId: 'auth0|ada', name: 'Ada', email: 'ada@northwind.com' }

test.each([
  ['tenant must be an object', null],
  ['tenant.apis is missing', { clients: [] }],
  ['tenant.apis must be a list', { apis: {}, clients: [] }],
  ['tenant.apis must have at least one API', { apis: [], clients: [] }],
  ['tenant.api is not a known setting', { apis: [api], clients: [], api: 1 }],
  ['tenant.apis[0].scopes is missing', { apis: [{ identifier: 'x' }], clients: [] }],
  [
    'tenant.apis[0].scopes[0] must be a scope: printable ASCII without spaces, quotes or backslashes',
    { apis: [{ identifier: 'x', scopes: ['a b'] }], clients: [] },
  ],
  [
    'tenant.apis[0].tokenLifetimeSeconds must be a positive whole number',
    { apis: [{ ...api, tokenLifetimeSeconds: 0 }], clients: [] },
  ],
  [
    'tenant.apis[0].tokenProfile must be one of auth0, rfc9068',
    { apis: [{ ...api, tokenProfile: 'jwt' }], clients: [] },
  ],
  ['tenant.apis[0].rbac must be true or false', { apis: [{ ...api, rbac: 1 }], clients: [] }],
  ['tenant.apis[0].permissions needs rbac: true', { apis: [{ ...api, permissions: true }], clients: [] }],
  [`tenant.apis[1].identifier is given twice: ${api.identifier}`, { apis: [api, api], clients: [] }],
  [
    'tenant.clients[0].clientId must be a non-empty string',
    { apis: [api], clients: [{ ...client, clientId: '' }] },
  ],
  [
    'tenant.clients[0].clientSecret is missing, which the grant client_credentials needs',
    { apis: [api], clients: [secretless] },
  ],
  [
    'tenant.clients[0].redirectUris is missing, which the grant authorization_code needs',
    { apis: [api], clients: [{ clientId: 'x', grants: ['authorization_code'] }] },
  ],
  [
    'tenant.clients[0].redirectUris[0] must be an absolute URL without fragment',
    { apis: [api], clients: [{ clientId: 'x', grants: [], redirectUris: ['javascript:alert(1)'] }] },
  ],
  [
    'tenant.clients[0].webOrigins[0] must be an origin such as http://localhost:3000',
    { apis: [api], clients: [{ clientId: 'x', grants: [], webOrigins: ['http://localhost:3000/'] }] },
  ],
  [
    'tenant.clients[0].grants[0] must be one of authorization_code, client_credentials, refresh_token',
    { apis: [api], clients: [{ clientId: 'x', grants: ['implicit'] }] },
  ],
  [
    'tenant.clients[0].apis names https://x.example, which the tenant does not have',
    { apis: [api], clients: [{ clientId: 'x', grants: [], apis: { 'https://x.example': [] } }] },
  ],
  [
    `tenant.clients[0].apis["${api.identifier}"] names admin, which the tenant does not have`,
    { apis: [api], clients: [{ clientId: 'x', grants: [], apis: { [api.identifier]: ['admin'] } }] },
  ],
  [
    'tenant.clients[0].organizations names org_x, which the tenant does not have',
    { apis: [api], clients: [{ clientId: 'x', grants: [], organizations: ['org_x'] }] },
  ],
  [
    'tenant.users[0].permissions names https://x.example, which the tenant does not have',
    { apis: [api], clients: [], users: [{ ...user, permissions: { 'https://x.example': [] } }] },
  ],
  [
    'tenant.defaultAudience names x, which the tenant does not have',
    { apis: [api], clients: [], defaultAudience: 'x' },
  ],
])('a tenant is refused when %s', async (message, tenant) => {
  await expect(startTestIssuer({ tenant: tenant as unknown as TenantOptions })).rejects.toThrow(
    new TypeError(message),
  )
})

test('loadTenant reads the settings from JSON', () => {
  expect(loadTenant(JSON.stringify(northwind))).toEqual(northwind)
})

test.each([
  ['The tenant settings are not JSON', '{"apis":'],
  ['tenant must be an object', '[]'],
  ['tenant.clients is missing', '{"apis":[]}'],
  ['tenant.apis[0].scopes must be a list', '{"apis":[{"identifier":"x","scopes":"a"}],"clients":[]}'],
])('loadTenant says what is wrong: %s', (message, text) => {
  expect(() => loadTenant(text)).toThrow(new TypeError(message))
})
