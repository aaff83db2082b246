import { northwind, type TenantOptions } from 'express-require-auth/testing'

export const clientId = 'playground'
export const [{ identifier: audience }] = northwind.apis

export interface PlaygroundTenantOptions {
  /** Where the page is: the addresses log-ins and log-outs return to. */
  pages: readonly string[]
  /** Seconds an access token for the Messages API lives. */
  tokenLifetimeSeconds: number
}

/** The tenant of the examples, with one more client: the page. */
export function playgroundTenant({ pages, tokenLifetimeSeconds }: PlaygroundTenantOptions): TenantOptions {
  return {
    ...northwind,
    apis: northwind.apis.map((api) => ({ ...api, tokenLifetimeSeconds })),
    clients: [
      ...northwind.clients,
      {
        clientId,
        name: 'Playground',
        grants: ['authorization_code', 'refresh_token'],
        apis: { [audience]: ['read:messages', 'write:messages'] },
        managementScopes: ['read:users'],
        redirectUris: pages,
        logoutUris: pages,
      },
    ],
  }
}
