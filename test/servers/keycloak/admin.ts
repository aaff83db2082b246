import { postForm } from '../tools.js'
import { realmName } from './realm.js'

export const administrator = { username: 'admin', password: 'admin-of-a-test' }

interface KeyProvider {
  id: string
  providerId: string
  config: { priority?: string[] }
}

/** Adds and removes signing keys of the realm through Keycloak's admin API. */
export function createKeyAdmin(url: string) {
  const components = `${url}/admin/realms/${realmName}/components`
  let priority = 100

  async function ask(method: string, at: string, body?: object) {
    const grant = { grant_type: 'password', client_id: 'admin-cli', ...administrator }
    const { access_token } = await postForm(`${url}/realms/master/protocol/openid-connect/token`, grant)
    const response = await fetch(at, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${at} answered ${response.status}: ${await response.text()}`)
    return response
  }

  /** The key of the highest priority signs. */
  async function rotateKey(): Promise<void> {
    priority += 1
    await ask('POST', components, {
      name: `rsa-${priority}`,
      providerId: 'rsa-generated',
      providerType: 'org.keycloak.keys.KeyProvider',
      config: { priority: [String(priority)], keySize: ['2048'] },
    })
  }

  async function withdrawOldKey(): Promise<void> {
    const response = await ask('GET', `${components}?type=org.keycloak.keys.KeyProvider`)
    const providers = ((await response.json()) as KeyProvider[]).filter(isOld)
    for (const { id } of providers) await ask('DELETE', `${components}/${id}`)
  }

  const isOld = ({ providerId, config }: KeyProvider) =>
    providerId === 'rsa-generated' && Number(config.priority?.[0] ?? 0) < priority

  return { rotateKey, withdrawOldKey }
}
