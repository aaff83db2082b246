import type { TenantOptions } from './settings.js'

const messages = 'https://messages.northwind.com'
const pages = ['http://localhost:3000', 'http://localhost:3000/callback', 'http://localhost:5173'] as const

/**
 * The settings of the tenant that a test issuer has by default. Its secrets are public: never use them elsewhere.
 *
 * @example
 * const api = { ...northwind.apis[0], tokenLifetimeSeconds: 60 }
 * const issuer = await startTestIssuer({ tenant: { ...northwind, apis: [api] } })
 */
export const northwind = {
  apis: [{ identifier: messages, scopes: ['read:messages', 'write:messages'] }],
  clients: [
    {
      clientId: 'messages-worker',
      clientSecret: 'messages-worker-secret',
      name: 'Messages Worker',
      grants: ['client_credentials'],
      apis: { [messages]: ['read:messages'] },
    },
    {
      clientId: 'messages-admin',
      clientSecret: 'messages-admin-secret',
      name: 'Messages Admin',
      grants: ['client_credentials'],
      apis: { [messages]: ['read:messages', 'write:messages'] },
      managementScopes: ['read:users'],
      organizations: ['org_northwind'],
    },
    {
      clientId: 'messages-spa',
      name: 'Messages in the browser',
      grants: ['authorization_code', 'refresh_token'],
      apis: { [messages]: ['read:messages', 'write:messages'] },
      redirectUris: pages,
      logoutUris: pages,
      organizations: ['org_northwind'],
    },
    {
      clientId: 'messages-web',
      clientSecret: 'messages-web-secret',
      name: 'Messages on the server',
      grants: ['authorization_code', 'refresh_token'],
      apis: { [messages]: ['read:messages', 'write:messages'] },
      redirectUris: pages,
      logoutUris: pages,
      organizations: ['org_northwind'],
    },
    // The API itself: it may call the introspection endpoint
    { clientId: 'messages-api', clientSecret: 'messages-api-secret', name: 'Messages API', grants: [] },
  ],
  users: [
    {
      userId: 'auth0|ada',
      name: 'Ada',
      email: 'ada@northwind.com',
      permissions: { [messages]: ['read:messages', 'write:messages'] },
      organizations: ['org_northwind'],
    },
    {
      userId: 'auth0|grace',
      name: 'Grace',
      email: 'grace@northwind.com',
      permissions: { [messages]: ['read:messages'] },
    },
  ],
  organizations: [{ id: 'org_northwind', name: 'northwind' }],
} as const satisfies TenantOptions
