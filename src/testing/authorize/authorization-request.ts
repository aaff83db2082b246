import { accessDenied, type FindTarget, findOrganization } from '../grants/target.js'
import { originsOf } from '../requests/browser-origins.js'
import { invalidRequest, oauthError } from '../requests/oauth-error.js'
import { type Parameters, requireParameter, splitScope } from '../requests/parameters.js'
import type { ClientSettings } from '../tenant/settings.js'
import type { Tenant } from '../tenant/tenant.js'
import type { Destination } from './authorization-response.js'

export interface AuthorizationRequest {
  client: ClientSettings
  destination: Destination
  audience: string | undefined
  scope: string | undefined
  organization: string | undefined
  nonce: string | undefined
  codeChallenge: string | undefined
  prompts: readonly string[]
  /** Oldest acceptable log-in, in seconds. */
  maxAgeSeconds: number
  /** The issuer identifier of the domain the request was sent to. */
  issuer: string
}

function isRegistered(client: ClientSettings, redirectUri: string, responseMode: string): boolean {
  if (responseMode === 'web_message' && originsOf(client).includes(redirectUri)) return true
  return client.redirectUris?.includes(redirectUri) ?? false
}

/**
 * Finds the client that sent a request, and where the answer may be sent.
 *
 * @throws `invalid_request` when the client is unknown or has not registered the redirect URI. Such an error must not
 * be sent to the redirect URI.
 */
export function findDestination(parameters: Parameters, tenant: Tenant) {
  const client = tenant.clients.get(requireParameter(parameters, 'client_id'))
  if (!client) throw invalidRequest('Unknown client')
  const redirectUri = requireParameter(parameters, 'redirect_uri')
  const responseMode = parameters.get('response_mode') ?? 'query'
  if (!isRegistered(client, redirectUri, responseMode)) throw invalidRequest('Callback URL mismatch')
  const webMessage = responseMode === 'web_message' && originsOf(client).includes(new URL(redirectUri).origin)
  const destination: Destination = {
    redirectUri,
    responseMode: webMessage ? 'web_message' : 'query',
    state: parameters.get('state'),
  }
  return { client, destination }
}

function checkResponse(parameters: Parameters, { responseMode }: Destination): void {
  const responseType = requireParameter(parameters, 'response_type')
  if (responseType !== 'code') {
    const description = `Unsupported response type: ${responseType}`
    throw oauthError({ status: 400, error: 'unsupported_response_type', description })
  }
  if ((parameters.get('response_mode') ?? 'query') === responseMode) return
  throw invalidRequest('Unsupported response mode')
}

// RFC 7636 §4.4.1. A public client has no other way to prove that the code is its own (RFC 9700 §2.1.1)
function readCodeChallenge(parameters: Parameters, { clientSecret }: ClientSettings): string | undefined {
  const codeChallenge = parameters.get('code_challenge')
  if (codeChallenge === undefined) {
    if (clientSecret === undefined) throw invalidRequest('Missing required parameter: code_challenge')
    return undefined
  }
  if (parameters.get('code_challenge_method') !== 'S256') {
    throw invalidRequest('code_challenge_method must be S256')
  }
  if (!/^[\w-]{43}$/.test(codeChallenge))
    throw invalidRequest('code_challenge must be a SHA-256 in base64url')
  return codeChallenge
}

function readPrompts(parameters: Parameters): readonly string[] {
  const prompts = splitScope(parameters.get('prompt'))
  if (prompts.includes('none') && prompts.length > 1) throw invalidRequest('prompt none stands alone')
  return prompts
}

function readMaxAge(parameters: Parameters): number {
  const maxAge = parameters.get('max_age')
  if (maxAge === undefined) return Number.POSITIVE_INFINITY
  if (/^\d{1,9}$/.test(maxAge)) return Number(maxAge)
  throw invalidRequest('max_age must be a number of seconds')
}

interface RequestReaderOptions {
  tenant: Tenant
  findTarget: FindTarget
}

type RequestStart = Pick<AuthorizationRequest, 'client' | 'destination' | 'issuer'>

/** Creates the function that checks the rest of a request. @throws the errors of RFC 6749 §4.1.2.1 */
export function createRequestReader({ tenant, findTarget }: RequestReaderOptions) {
  const readAudience = (parameters: Parameters, { client, issuer }: RequestStart): string | undefined => {
    const audience = parameters.get('audience') ?? tenant.defaultAudience
    if (audience === undefined || audience === `${issuer}userinfo`) return undefined
    const target = findTarget({ client, audience, issuer })
    if (!target) throw accessDenied(`Service not found: ${audience}`)
    if (target.clientScopes) return audience
    throw accessDenied(
      `Client "${client.clientId}" is not authorized to access resource server "${audience}"`,
    )
  }
  return (parameters: Parameters, start: RequestStart): AuthorizationRequest => {
    checkResponse(parameters, start.destination)
    if (!start.client.grants.includes('authorization_code')) {
      const description = "Grant type 'authorization_code' not allowed for the client"
      throw oauthError({ status: 400, error: 'unauthorized_client', description })
    }
    return {
      ...start,
      audience: readAudience(parameters, start),
      scope: parameters.get('scope'),
      organization: findOrganization(tenant, start.client, parameters.get('organization')),
      nonce: parameters.get('nonce'),
      codeChallenge: readCodeChallenge(parameters, start.client),
      prompts: readPrompts(parameters),
      maxAgeSeconds: readMaxAge(parameters),
    }
  }
}
