/** The set whose newest key signs JWT access tokens. */
const KEY_SET = 'hydra.jwt.access-token'

/** Registers clients and changes keys through the admin port. */
export function createAdmin(adminUrl: string) {
  async function ask(method: string, path: string, body?: object) {
    const response = await fetch(`${adminUrl}/admin/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  return {
    async createClient(id: string, more: object = {}) {
      const secret = `${id}-secret`
      await ask('POST', 'clients', {
        client_id: id,
        client_secret: secret,
        grant_types: ['client_credentials'],
        scope: 'read:messages write:messages',
        audience: ['messages-api', 'invoices-api'],
        ...more,
      })
      return { id, secret }
    },

    async rotateKey(): Promise<void> {
      await ask('POST', `keys/${KEY_SET}`, { alg: 'RS256', use: 'sig', kid: crypto.randomUUID() })
    },

    async withdrawOldKey(): Promise<void> {
      const { keys } = (await ask('GET', `keys/${KEY_SET}`)) as { keys: { kid: string }[] }
      for (const { kid } of keys.slice(1)) await ask('DELETE', `keys/${KEY_SET}/${kid}`) // newest first
    },
  }
}
