import express, { type Express, type Request, type Response } from 'express'
import { createClientCredentialsGrant } from './client-credentials.js'
import { type Domains, domainOf } from './domains.js'
import { metadataOf } from './metadata.js'
import { answerOAuthError } from './oauth-error.js'
import { parseBody } from './parameters.js'
import type { SigningKeys } from './signing-keys.js'
import type { Tenant } from './tenant.js'
import { createTokenEndpoint } from './token-endpoint.js'

export interface TenantAppOptions {
  tenant: Tenant
  keys: SigningKeys
  domains: Domains
  jwksMaxAgeSeconds: number | undefined
}

function createApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple') // Express 4 would build objects of brackets
  app.set('strict routing', true)
  app.set('case sensitive routing', true)
  return app
}

/** The tenant's endpoints, without a server. */
export function createTenantApp({ tenant, keys, domains, jwksMaxAgeSeconds }: TenantAppOptions): Express {
  const issuerOf = (req: Request) => domainOf(req, domains)
  const metadata = (req: Request, res: Response) => void res.json(metadataOf(issuerOf(req)))
  const grants = { client_credentials: createClientCredentialsGrant(tenant, keys) }
  const app = createApp()
  app.get('/.well-known/openid-configuration', metadata)
  app.get('/.well-known/oauth-authorization-server', metadata)
  app.get('/.well-known/jwks.json', (_req, res) => {
    if (jwksMaxAgeSeconds !== undefined) res.set('Cache-Control', `public, max-age=${jwksMaxAgeSeconds}`)
    res.json(keys.jwks())
  })
  app.post('/oauth/token', parseBody, createTokenEndpoint({ tenant, grants, issuerOf }))
  app.use(answerOAuthError)
  return app
}
