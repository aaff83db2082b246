import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { Certificate } from '../../proof/certificates.js'
import { certified, client, plugin, worker } from './configuration.js'

/** Glewlwyd's own administration API, used as its administration page uses it. */
export interface Administration {
  /** Sets up the plugin, the scopes and the clients. */
  setUp(certificate: Certificate): Promise<void>
  rotateKey(): Promise<void>
  withdrawOldKey(): Promise<void>
  setLifetime(seconds: number): Promise<void>
}

export function createAdministration(base: string, certificateHeader: string): Administration {
  let keys = [signingKey()]
  let lifetimeSeconds = 300
  const call = createCaller(base)

  const settings = () => plugin({ issuer: `${base}/oidc`, keys, lifetimeSeconds, certificateHeader })

  async function changeSettings(): Promise<void> {
    await call('PUT', '/mod/plugin/oidc', settings())
    await call('PUT', '/mod/plugin/oidc/reset')
  }

  return {
    async setUp(certificate) {
      await call('POST', '/mod/plugin/', settings())
      for (const name of ['read:messages', 'write:messages'])
        await call('POST', '/scope/', { name, display_name: name, password_required: false, scheme: {} })
      await call('POST', '/client/', client(worker.id, byBasic))
      await call('POST', '/client/', client(certified, byCertificate(certificate)))
    },
    async rotateKey() {
      keys = [signingKey(), ...keys]
      await changeSettings()
    },
    async withdrawOldKey() {
      keys = keys.slice(0, 1)
      await changeSettings()
    },
    async setLifetime(seconds) {
      lifetimeSeconds = seconds
      await changeSettings()
    },
  }
}

const byBasic = { client_secret: worker.secret, token_endpoint_auth_method: ['client_secret_basic'] }

function byCertificate({ cert, der }: Certificate): object {
  const { publicKey } = new X509Certificate(cert)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: certified, alg: 'ES256', use: 'sig' }
  return {
    token_endpoint_auth_method: ['self_signed_tls_client_auth'],
    jwks: { keys: [{ ...jwk, x5c: [der.toString('base64')] }] },
  }
}

/** By way of PEM: Node 20 may lock up when it exports a key as JWK while it collects the job that made the key. */
function signingKey(): object {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return {
    ...createPrivateKey(privateKey).export({ format: 'jwk' }),
    kid: crypto.randomUUID(),
    alg: 'RS256',
    use: 'sig',
  }
}

/** Logs in once, with the name and password that glewlwyd is delivered with. */
function createCaller(base: string) {
  let cookie: string | undefined

  async function request(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(base + path, {
      method,
      headers: { 'content-type': 'application/json', ...(cookie && { cookie }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return response
  }

  return async (method: string, path: string, body?: object): Promise<void> => {
    if (cookie === undefined) {
      const { headers } = await request('POST', '/auth/', { username: 'admin', password: 'password' })
      cookie = headers.getSetCookie()[0]?.split(';')[0]
    }
    await request(method, path, body)
  }
}
