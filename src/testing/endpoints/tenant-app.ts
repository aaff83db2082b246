import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import { createAuthorizationCodes } from '../authorize/authorization-codes.js'
import { createAuthorizeEndpoint } from '../authorize/authorize-endpoint.js'
import { createLogoutEndpoint } from '../authorize/logout-endpoint.js'
import { html, sendPage } from '../authorize/page.js'
import { createSessions } from '../authorize/sessions.js'
import { createFindTarget } from '../grants/target.js'
import { allowAnyOrigin, allowClientOrigins } from '../requests/browser-origins.js'
import { answerOAuthError, isOAuthError } from '../requests/oauth-error.js'
import { parseBody } from '../requests/parameters.js'
import { type Domains, domainOf } from '../tenant/domains.js'
import type { Tenant } from '../tenant/tenant.js'
import { createClientCredentialsGrant } from '../token-endpoint/client-credentials.js'
import { createTokenEndpoint, type Grants } from '../token-endpoint/token-endpoint.js'
import { createCodeGrant, createRefreshGrant } from '../token-endpoint/user-grants.js'
import { createIssuedTokens } from '../tokens/issued-tokens.js'
import { createRefreshTokens } from '../tokens/refresh-tokens.js'
import type { SigningKeys } from '../tokens/signing-keys.js'
import { createUserTokens } from '../tokens/user-tokens.js'
import { createIntrospectionEndpoint } from './introspection-endpoint.js'
import { metadataOf } from './metadata.js'
import { createRevocationEndpoint } from './revocation-endpoint.js'
import { createUserinfoEndpoint } from './userinfo-endpoint.js'

export interface TenantAppOptions {
  tenant: Tenant
  keys: SigningKeys
  domains: Domains
  jwksMaxAgeSeconds: number | undefined
}

function createApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple') // Express 4 would parse brackets into objects
  app.set('strict routing', true)
  app.set('case sensitive routing', true)
  return app
}

function createStores({ tenant, keys, domains }: TenantAppOptions) {
  const findTarget = createFindTarget(tenant, domains)
  const issued = createIssuedTokens({ tenant, keys, domains })
  return {
    tenant,
    keys,
    findTarget,
    issued,
    issuerOf: (req: Request) => domainOf(req, domains),
    codes: createAuthorizationCodes(),
    sessions: createSessions(),
    refreshTokens: createRefreshTokens(),
    issueTokens: createUserTokens({ keys, issued, findTarget }),
  }
}

type Stores = ReturnType<typeof createStores>

function publish(app: Express, { keys, issuerOf }: Stores, jwksMaxAgeSeconds: number | undefined): void {
  const metadata = (req: Request, res: Response) => void res.json(metadataOf(issuerOf(req)))
  app.use('/.well-known', allowAnyOrigin())
  app.get('/.well-known/openid-configuration', metadata)
  app.get('/.well-known/oauth-authorization-server', metadata)
  app.get('/.well-known/jwks.json', (_req, res) => {
    if (jwksMaxAgeSeconds !== undefined) res.set('Cache-Control', `public, max-age=${jwksMaxAgeSeconds}`)
    res.json(keys.jwks())
  })
}

function serveClients(app: Express, stores: Stores): void {
  const { tenant, issued } = stores
  const grants: Grants = {
    authorization_code: createCodeGrant(stores),
    client_credentials: createClientCredentialsGrant(stores),
    refresh_token: createRefreshGrant(stores),
  }
  const userinfo = createUserinfoEndpoint(tenant, issued)
  app.use(['/oauth/token', '/oauth/revoke', '/userinfo'], allowClientOrigins(tenant))
  app.post('/oauth/token', parseBody, createTokenEndpoint({ ...stores, grants }))
  app.post('/oauth/revoke', parseBody, createRevocationEndpoint(stores))
  app.post('/oauth/introspect', parseBody, createIntrospectionEndpoint(tenant, issued))
  app.get('/userinfo', userinfo)
  app.post('/userinfo', userinfo)
}

const answerErrorPage: ErrorRequestHandler = (error, _req, res, next) => {
  if (!isOAuthError(error)) return next(error)
  const body = html`<p>${error.error}: ${error.message}</p>`
  sendPage(res, { status: error.status, title: 'The log-in cannot go on', body })
}

function serveBrowsers(app: Express, stores: Stores): void {
  const { authorize, login } = createAuthorizeEndpoint(stores)
  const logout = createLogoutEndpoint(stores.tenant, stores.sessions)
  app.get('/authorize', authorize, answerErrorPage)
  app.post('/u/login', parseBody, login, answerErrorPage)
  app.get('/v2/logout', logout, answerErrorPage)
}

/** Creates the Express app with the tenant's endpoints. Does not start a server. */
export function createTenantApp(options: TenantAppOptions): Express {
  const stores = createStores(options)
  const app = createApp()
  publish(app, stores, options.jwksMaxAgeSeconds)
  serveClients(app, stores)
  serveBrowsers(app, stores)
  app.use(answerOAuthError)
  return app
}
