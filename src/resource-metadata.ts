import type { RequestHandler } from 'express'
import { quotable } from './challenge.js'
import { isHttpsOrLoopbackUrl } from './issuer/issuer-url.js'
import * as check from './option-checks.js'
import type { Config } from './options.js'
import { configOf, type RequireAuth } from './require-auth.js'

export interface ProtectedResourceOptions {
  /** This API's identifier as clients use it: an https URL without fragment. Never taken from a request. */
  resource: string
  /**
   * The `requireAuth()` that guards it. Its issuers and bindings are what the document says, and its challenges say
   * where the document is.
   */
  auth?: RequireAuth
  /** Issuers of its tokens, where `auth` does not tell: without it, or with an `issuer` function. */
  authorizationServers?: readonly string[]
  /** Scopes that clients may ask for. Those you would rather not tell may be left out. */
  scopesSupported?: readonly string[]
  /** Name for people. */
  resourceName?: string
  /** URL of a page for developers. */
  resourceDocumentation?: string
  /** URL of a page on how clients may use what they get. */
  resourcePolicyUri?: string
  /** URL of the terms of service. */
  resourceTosUri?: string
}

/** The handler to mount, with the address that it answers. */
export interface ProtectedResourceMetadata extends RequestHandler {
  readonly url: string
}

const NAMES: readonly (keyof ProtectedResourceOptions)[] = [
  'resource',
  'auth',
  'authorizationServers',
  'scopesSupported',
  'resourceName',
  'resourceDocumentation',
  'resourcePolicyUri',
  'resourceTosUri',
]

/** Any page may read the document: it holds no secret, and clients in browsers need it (RFC 9728 §3.1). */
const DOCUMENT = new Headers({
  'Access-Control-Allow-Origin': '*',
  'Cache-Control': 'public, max-age=3600',
  'Content-Type': 'application/json',
})

const PREFLIGHT = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '86400',
}

/**
 * Makes the handler that serves the protected resource metadata at its well-known address.
 *
 * Mount it at the root of the app, before `auth`: `app.use(protectedResourceMetadata({ resource, auth }))`. Every
 * other path goes on to the next handler.
 *
 * @throws TypeError naming the option that is wrong, or when the challenges of `auth` name another document.
 * @see RFC 9728
 */
export function protectedResourceMetadata(options: ProtectedResourceOptions): ProtectedResourceMetadata {
  const given = check.plainObject('options', options) as unknown as ProtectedResourceOptions
  check.checkNames('protectedResourceMetadata', given, NAMES)
  const url = metadataUrl(resourceOf(given))
  const config = guardOf(given)
  const body = Buffer.from(JSON.stringify(documentOf(given, config)))
  if (config) announce(url, config)
  return Object.assign(createHandler(url, body), { url: url.href })
}

function createHandler({ pathname, search }: URL, body: Buffer): RequestHandler {
  return function resourceMetadataMiddleware(req, res, next) {
    const { originalUrl, method } = req
    const [path = '', query = ''] = originalUrl.split('?', 2)
    if (path !== pathname || (search !== '' && `?${query}` !== search)) return next()
    if (method === 'GET' || method === 'HEAD') return void res.setHeaders(DOCUMENT).send(body)
    if (method === 'OPTIONS') return void res.set(PREFLIGHT).status(204).end()
    res.set('Allow', 'GET, HEAD, OPTIONS').status(405).end()
  }
}

function resourceOf({ resource }: ProtectedResourceOptions): string {
  const url = isHttpsOrLoopbackUrl(resource) ? new URL(resource) : undefined
  const isIdentifier = url && !/[#\s]/.test(resource) && url.username === '' && url.password === ''
  if (isIdentifier) return quotable('resource', resource)
  throw check.wrong('resource', 'an https URL without fragment (http only for loopback hosts)', resource)
}

/** Inserted between host and path; a path that is only "/" is none (RFC 9728 §3.1). */
function metadataUrl(resource: string): URL {
  const { origin, pathname, search } = new URL(resource)
  return new URL(`${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`)
}

function guardOf({ auth, authorizationServers }: ProtectedResourceOptions): Config | undefined {
  if (auth === undefined) return undefined
  const config = typeof auth === 'function' ? configOf(auth) : undefined
  if (!config) throw check.wrong('auth', 'what requireAuth() returned', auth)
  if (config.issuers.names && authorizationServers !== undefined)
    throw new TypeError('authorizationServers must be absent where auth names its issuers')
  return config
}

/** Members without a value are left out (RFC 9728 §3.2). */
function documentOf(given: ProtectedResourceOptions, config: Config | undefined) {
  const authorizationServers = config?.issuers.names ?? issuersOf(given)
  return {
    resource: given.resource,
    authorization_servers: authorizationServers,
    scopes_supported: optional('scopesSupported', given.scopesSupported, check.strings),
    resource_name: optional('resourceName', given.resourceName, text),
    resource_documentation: optional('resourceDocumentation', given.resourceDocumentation, pageUrl),
    resource_policy_uri: optional('resourcePolicyUri', given.resourcePolicyUri, pageUrl),
    resource_tos_uri: optional('resourceTosUri', given.resourceTosUri, pageUrl),
    ...(config && supportOf(config)),
  }
}

/** True statements only, and about this middleware (RFC 9728 §2). */
function supportOf({ tokenFrom, challenge: { dpop }, mtls }: Config) {
  return {
    bearer_methods_supported: dpop?.required ? [] : tokenFrom.filter((place) => typeof place === 'string'),
    ...(mtls && { tls_client_certificate_bound_access_tokens: true }),
    ...(dpop && {
      dpop_signing_alg_values_supported: dpop.algorithms,
      dpop_bound_access_tokens_required: dpop.required,
    }),
  }
}

function issuersOf({ authorizationServers }: ProtectedResourceOptions): readonly string[] | undefined {
  const issuers = optional('authorizationServers', authorizationServers, check.strings)
  if (issuers?.every(isHttpsOrLoopbackUrl) ?? true) return issuers
  throw check.wrong('authorizationServers', 'a list of issuer URLs', issuers)
}

function optional<T>(
  name: string,
  value: unknown,
  checked: (name: string, value: unknown) => T,
): T | undefined {
  return value === undefined ? undefined : checked(name, value)
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw check.wrong(name, 'a non-empty string', value)
}

function pageUrl(name: string, value: unknown): string {
  if (typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)) return value
  throw check.wrong(name, 'the URL of a page', value)
}

function announce({ href }: URL, { challenge }: Config): void {
  if (challenge.resourceMetadata !== undefined && challenge.resourceMetadata !== href)
    throw check.wrong('resourceMetadata of auth', JSON.stringify(href), challenge.resourceMetadata)
  challenge.resourceMetadata = href
}
