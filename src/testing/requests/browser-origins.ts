import type { Request, RequestHandler, Response } from 'express'
import type { ClientSettings } from '../tenant/settings.js'
import type { Tenant } from '../tenant/tenant.js'

/** Returns the origins of a client's web pages. */
export function originsOf({ redirectUris = [], webOrigins = [] }: ClientSettings): readonly string[] {
  const origins = redirectUris.map((uri) => new URL(uri).origin)
  return [...origins, ...webOrigins].filter((origin) => origin !== 'null') // the origin of a native app's scheme
}

const preflight = {
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Auth0-Client, DPoP',
  'Access-Control-Max-Age': '600',
}

function answerPreflight(req: Request, res: Response): boolean {
  if (req.method !== 'OPTIONS') return false
  res.status(204).set(preflight).end()
  return true
}

/** Lets every page read the answer. */
export function allowAnyOrigin(): RequestHandler {
  return function anyOriginMiddleware(req, res, next) {
    res.set('Access-Control-Allow-Origin', '*')
    if (!answerPreflight(req, res)) next()
  }
}

/** Lets the pages of the tenant's clients read the answer. */
export function allowClientOrigins(tenant: Tenant): RequestHandler {
  const allowed = new Set([...tenant.clients.values()].flatMap(originsOf))
  return function clientOriginsMiddleware(req, res, next) {
    const { origin } = req.headers
    res.vary('Origin')
    if (origin !== undefined && allowed.has(origin)) {
      res.set('Access-Control-Allow-Origin', origin)
      res.set('Access-Control-Expose-Headers', 'WWW-Authenticate')
    }
    if (!answerPreflight(req, res)) next()
  }
}
