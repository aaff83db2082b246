import express from 'express'
import { authErrorHandler, createMemoryReplayStore, getAuth, requireAuth } from 'express-require-auth'
import { generateKeyPair } from 'jose'
import * as openid from 'openid-client'

export interface DpopApiOptions {
  issuer: string
  audience: string
  /** The same on every machine: at least 32 characters. */
  nonceSecret: string
}

/** An API that takes only tokens that are bound to a key of the client: a stolen one opens nothing. */
export function createDpopApi({ issuer, audience, nonceSecret }: DpopApiOptions) {
  const app = express()
  const replayStore = createMemoryReplayStore() // on several machines: createRedisReplayStore(redis)
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
 * A client of that API: `openid-client` signs a proof for every request, and takes up the nonce it is given.
 *
 * Its private key never leaves the process. In a browser it is kept in IndexedDB, where scripts can use it but not
 * read it.
 */
export async function createDpopClient(config: openid.Configuration, keys?: openid.CryptoKeyPair) {
  const DPoP = openid.getDPoPHandle(config, keys ?? (await generateKeyPair('ES256')))
  return {
    /** Fetches a token that is bound to the key. */
    fetchToken: (parameters: Record<string, string>) =>
      openid.clientCredentialsGrant(config, parameters, { DPoP }),
    /** Calls the API with a proof that is good for this one request. */
    get: (url: URL, accessToken: string) =>
      openid.fetchProtectedResource(config, accessToken, url, 'GET', undefined, undefined, { DPoP }),
  }
}
