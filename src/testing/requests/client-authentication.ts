import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import type { ClientSettings } from '../tenant/settings.js'
import type { Tenant } from '../tenant/tenant.js'
import { invalidRequest, type OAuthError, oauthError } from './oauth-error.js'
import type { Parameters } from './parameters.js'

interface Credentials {
  clientId: string
  clientSecret: string | undefined
  method: 'basic' | 'post'
}

function invalidClient(method: Credentials['method']): OAuthError {
  const headers = method === 'basic' ? { 'WWW-Authenticate': 'Basic realm="issuer"' } : {}
  return oauthError({ status: 401, error: 'invalid_client', description: 'Unauthorized', headers })
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Compares two texts in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

// RFC 6749 §2.3.1: both parts are form-urlencoded before they are joined
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidClient('basic')
  }
}

function readBasic(header: string): Credentials {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  const pair = Buffer.from(encoded ?? '', 'base64').toString()
  const colon = pair.indexOf(':')
  if (colon < 1) throw invalidClient('basic')
  const [clientId, clientSecret] = [formDecode(pair.slice(0, colon)), formDecode(pair.slice(colon + 1))]
  return { clientId, clientSecret: clientSecret || undefined, method: 'basic' }
}

function readCredentials(req: Request, parameters: Parameters): Credentials {
  const { authorization } = req.headers
  const [clientId, clientSecret] = [parameters.get('client_id'), parameters.get('client_secret')]
  if (authorization === undefined) {
    if (clientId === undefined) throw invalidClient('post')
    return { clientId, clientSecret, method: 'post' }
  }
  const credentials = readBasic(authorization)
  // RFC 6749 §2.3: one way to authenticate per request
  if (clientSecret !== undefined) throw invalidRequest('The client authenticated twice')
  if (clientId && clientId !== credentials.clientId) throw invalidRequest('The request names two clients')
  return credentials
}

/**
 * Finds the client that sent a request, and checks its secret when it has one.
 *
 * @throws `invalid_client` when the client is unknown or its secret is wrong.
 * @throws `invalid_request` when the client authenticates twice.
 */
export function authenticateClient(req: Request, parameters: Parameters, tenant: Tenant): ClientSettings {
  const { clientId, clientSecret, method } = readCredentials(req, parameters)
  const client = tenant.clients.get(clientId)
  const matches = sameSecret(clientSecret ?? '', client?.clientSecret ?? '')
  if (!client || !matches) throw invalidClient(method)
  return client
}
