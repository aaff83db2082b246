import type { ApiSettings, ClientSettings, TenantOptions } from './settings.js'
import { checkForm } from './settings-form.js'

type ScopesByApi = Readonly<Record<string, readonly string[]>>

function checkUnique(ids: readonly string[], path: (index: number) => string): void {
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) !== index)
  if (repeated >= 0) throw new TypeError(`${path(repeated)} is given twice: ${ids[repeated]}`)
}

function checkKnown(ids: readonly string[], known: readonly string[], path: string): void {
  const unknown = ids.find((id) => !known.includes(id))
  if (unknown !== undefined) throw new TypeError(`${path} names ${unknown}, which the tenant does not have`)
}

function checkScopes(byApi: ScopesByApi, apis: readonly ApiSettings[], path: string): void {
  const known = apis.map(({ identifier }) => identifier)
  checkKnown(Object.keys(byApi), known, path)
  for (const { identifier, scopes } of apis) {
    checkKnown(byApi[identifier] ?? [], scopes, `${path}[${JSON.stringify(identifier)}]`)
  }
}

function checkGrants({ grants, clientSecret, redirectUris = [] }: ClientSettings, path: string): void {
  if (grants.includes('client_credentials') && clientSecret === undefined) {
    throw new TypeError(`${path}.clientSecret is missing, which the grant client_credentials needs`)
  }
  if (grants.includes('authorization_code') && redirectUris.length === 0) {
    throw new TypeError(`${path}.redirectUris is missing, which the grant authorization_code needs`)
  }
}

function checkIdentities({ apis, clients, users = [], organizations = [] }: TenantOptions): void {
  if (apis.length === 0) throw new TypeError('tenant.apis must have at least one API')
  const identities = [
    ['apis', 'identifier', apis.map(({ identifier }) => identifier)],
    ['clients', 'clientId', clients.map(({ clientId }) => clientId)],
    ['users', 'userId', users.map(({ userId }) => userId)],
    ['organizations', 'id', organizations.map(({ id }) => id)],
  ] as const
  for (const [list, member, ids] of identities) {
    checkUnique(ids, (index) => `tenant.${list}[${index}].${member}`)
  }
}

function checkRelations({ apis, clients, users = [], organizations = [], ...rest }: TenantOptions): void {
  const known = organizations.map(({ id }) => id)
  for (const [index, api] of apis.entries()) {
    if (!api.permissions || api.rbac) continue
    throw new TypeError(`tenant.apis[${index}].permissions needs rbac: true`)
  }
  for (const [index, client] of clients.entries()) {
    checkGrants(client, `tenant.clients[${index}]`)
    checkScopes(client.apis ?? {}, apis, `tenant.clients[${index}].apis`)
    checkKnown(client.organizations ?? [], known, `tenant.clients[${index}].organizations`)
  }
  for (const [index, user] of users.entries()) {
    checkScopes(user.permissions ?? {}, apis, `tenant.users[${index}].permissions`)
    checkKnown(user.organizations ?? [], known, `tenant.users[${index}].organizations`)
  }
  if (rest.defaultAudience === undefined) return
  checkKnown(
    [rest.defaultAudience],
    apis.map(({ identifier }) => identifier),
    'tenant.defaultAudience',
  )
}

/** @throws TypeError naming the setting that is wrong. The message never contains a value that may be a secret. */
export function checkTenant(options: unknown): asserts options is TenantOptions {
  checkForm(options, 'tenant')
  const tenant = options as TenantOptions
  checkIdentities(tenant)
  checkRelations(tenant)
}
