import { northwind, type TenantOptions } from 'express-require-auth/testing'

export const clientId = 'playground'
export const [{ identifier: audience }] = northwind.apis

export interface PlaygroundTenantOptions {
  /** The addresses of the page: log-ins and log-outs redirect to them. */
  pages: readonly string[]
  /** Lifetime of an access token for the Messages API, in seconds. */
  tokenLifetimeSeconds: number
}

/** Returns the tenant Northwind with one more client: the page. */
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
