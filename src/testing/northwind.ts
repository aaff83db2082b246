import type { TenantOptions } from './tenant-options.js'

const messages = 'https://messages.northwind.com'

/** The tenant a test issuer has unless told otherwise. Its secrets are public: never use them elsewhere. */
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
      organizations: ['org_northwind'],
    },
  ],
  organizations: [{ id: 'org_northwind', name: 'northwind' }],
} as const satisfies TenantOptions
