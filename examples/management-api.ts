import express, { type Express } from 'express'
import { authErrorHandler, getAuth, requireAuth, requireScopes } from 'express-require-auth'

export interface ManagementApiOptions {
  /** The issuer identifiers of the tenant's domains, each with a trailing slash. */
  domains: readonly string[]
  users: readonly { userId: string; name: string }[]
  /** Express's `trust proxy`: the proxies whose X-Forwarded-Host is believed. Default none. */
  trustProxy?: string
}

/**
 * Makes a Management API that answers on every domain of its tenant.
 *
 * Its identifier is `{domain}api/v2/`, and a token works only on the domain that issued it.
 */
export function createManagementApi({ domains, users, trustProxy }: ManagementApiOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy)

  const issuers = domains.map((issuer) => ({ issuer, audience: `${issuer}api/v2/` }))
  const audience = issuers.map((issuer) => issuer.audience)
  app.use('/api/v2', requireAuth({ issuer: issuers, audience, bindIssuerToHost: true }))

  app.get('/api/v2/users', requireScopes('read:users'), (req, res) => {
    res.json({ domain: getAuth(req).issuer, users: users.map(({ userId, name }) => ({ userId, name })) })
  })

  app.use(authErrorHandler())
  return app
}
