import express from 'express'
import { authErrorHandler, createMemoryReplayStore, getAuth, requireAuth } from 'express-require-auth'
import { generateKeyPair } from 'jose'
import * as openid from 'openid-client'

export interface DpopApiOptions {
  issuer: string
  audience: string
  /** At least 32 characters. All machines must have the same. */
  nonceSecret: string
}

/** Makes an API that accepts only tokens bound to a key of the client: a stolen token is useless without the key. */
export function createDpopApi({ issuer, audience, nonceSecret }: DpopApiOptions) {
  const app = express()
  const replayStore = createMemoryReplayStore() // with several machines use createRedisReplayStore(redis)
  const dpop = { required: true, nonce: { secrets: nonceSecret }, replayStore }
  app.use(requireAuth({ issuer, audience, dpop }))
  app.get('/messages', (req, res) => {
    const { scheme, subject } = getAuth(req)
    res.json({ scheme, subject })
  })
  app.use(authErrorHandler())
  return app
}

/**
 * Makes a client of that API: `openid-client` signs a proof for every request, and uses the nonce that the API sends.
 *
 * The private key never leaves the process. In a browser, keep it in IndexedDB: scripts can then use it but not read
 * it.
 */
export async function createDpopClient(config: openid.Configuration, keys?: openid.CryptoKeyPair) {
  const DPoP = openid.getDPoPHandle(config, keys ?? (await generateKeyPair('ES256')))
  return {
    /** Fetches a token that is bound to the key. */
    fetchToken: (parameters: Record<string, string>) =>
      openid.clientCredentialsGrant(config, parameters, { DPoP }),
    /** Calls the API with a proof that is valid for this one request. */
    get: (url: URL, accessToken: string) =>
      openid.fetchProtectedResource(config, accessToken, url, 'GET', undefined, undefined, { DPoP }),
  }
}
