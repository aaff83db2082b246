import type {
  ApiSettings,
  ClientSettings,
  OrganizationSettings,
  TenantOptions,
  UserSettings,
} from './settings.js'
import { checkTenant } from './settings-checks.js'

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

function parseJson(jsonText: string): unknown {
  try {
    return JSON.parse(jsonText)
  } catch (cause) {
    throw new TypeError('The tenant settings are not JSON', { cause })
  }
}

/**
 * Reads a tenant's settings from JSON text: one object with the members of `TenantOptions`.
 *
 * Does not read a file.
 *
 * @throws TypeError naming the setting that is wrong.
 *
 * @example
 * const tenant = loadTenant(await readFile('tenant.json', 'utf8'))
 * const issuer = await startTestIssuer({ tenant })
 */
export function loadTenant(jsonText: string): TenantOptions {
  const settings = parseJson(jsonText)
  checkTenant(settings)
  return settings
}
