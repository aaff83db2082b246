import type { RequestHandler } from 'express'
import { invalidRequest } from '../requests/oauth-error.js'
import { type Parameters, readParameters } from '../requests/parameters.js'
import type { Tenant } from '../tenant/tenant.js'
import { html, sendPage } from './page.js'
import type { Sessions } from './sessions.js'

function readReturnTo(parameters: Parameters, tenant: Tenant): string | undefined {
  const returnTo = parameters.get('returnTo')
  if (returnTo === undefined) return undefined
  const client = tenant.clients.get(parameters.get('client_id') ?? '')
  if (client?.logoutUris?.includes(returnTo)) return returnTo
  throw invalidRequest('The returnTo address is not one of the logoutUris of the client')
}

/** Creates the endpoint that ends the user's session at the issuer. Tokens stay valid. */
export function createLogoutEndpoint(tenant: Tenant, sessions: Sessions): RequestHandler {
  return function logoutEndpoint(req, res) {
    const returnTo = readReturnTo(readParameters(req.query), tenant)
    sessions.end(req, res)
    res.set('Cache-Control', 'no-store')
    if (returnTo !== undefined) res.redirect(returnTo)
    else sendPage(res, { title: 'Logged out', body: html`<p>You are logged out.</p>` })
  }
}
