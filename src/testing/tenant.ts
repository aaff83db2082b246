import { checkTenant } from './tenant-checks.js'
import type {
  ApiSettings,
  ClientSettings,
  OrganizationSettings,
  TenantOptions,
  UserSettings,
} from './tenant-options.js'

export type Api = Required<ApiSettings>

export interface Tenant {
  apis: ReadonlyMap<string, Api>
  clients: ReadonlyMap<string, ClientSettings>
  users: ReadonlyMap<string, UserSettings>
  organizations: readonly OrganizationSettings[]
  defaultAudience: string | undefined
}

const apiDefaults = {
  tokenLifetimeSeconds: 86400,
  tokenProfile: 'auth0',
  rbac: false,
  permissions: false,
} as const

/**
 * Checks a tenant's settings and fills in their defaults.
 *
 * @throws TypeError naming the setting that is wrong.
 */
export function createTenant(options: TenantOptions): Tenant {
  checkTenant(options)
  return {
    apis: new Map(options.apis.map((api) => [api.identifier, { ...apiDefaults, ...api }])),
    clients: new Map(options.clients.map((client) => [client.clientId, client])),
    users: new Map((options.users ?? []).map((user) => [user.userId, user])),
    organizations: options.organizations ?? [],
    defaultAudience: options.defaultAudience,
  }
}
