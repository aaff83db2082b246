export const api = { id: 'messages-api', secret: 'messages-secret' }
export const otherApi = { id: 'invoices-api', secret: 'invoices-secret' }

export const ada = { email: 'ada@northwind.com', password: 'ada-password' }
export const grace = { email: 'grace@northwind.com', password: 'grace-password' }

/** bcrypt of the passwords, at the lowest cost that Dex takes. */
const hashes = {
  ada: '$2a$10$NorthwindAdaGrace0000.bPNpkifHYwGMSLwxMvnTbirrWY//.6e',
  grace: '$2a$10$NorthwindAdaGrace0000.VFhyx8Fht/A1x9WylNG47YF7Y7brZPu',
}

/** Users log in with a password of Dex's own, by the password grant, since there is no client credentials grant. */
export function configuration(issuer: string, database: string) {
  return {
    issuer,
    storage: { type: 'sqlite3', config: { file: database } },
    web: { http: new URL(issuer).host },
    oauth2: { grantTypes: ['password'], passwordConnector: 'local' },
    // the next of its rounds, every half minute, finds the key too old
    expiry: { idTokens: '20s', signingKeys: '1s' },
    enablePasswordDB: true,
    staticClients: [api, otherApi].map(({ id, secret }) => ({ id, name: id, secret, redirectURIs: [] })),
    staticPasswords: [
      { email: ada.email, username: 'ada', userID: 'ada', hash: hashes.ada },
      { email: grace.email, username: 'grace', userID: 'grace', hash: hashes.grace },
    ],
  }
}
