import type { Request, RequestHandler } from 'express'
import type { Guard } from '../guard/guard.js'
import { resourceIdentifier, wellKnownUrl } from '../guard/protected-resource.js'
import { isTemplate } from '../issuer/tenant-template.js'
import { isSafeUrl } from '../net/safe-url.js'
import { type Check, strings, text, wrong } from '../options/checks.js'
import { type Checked, checked, type Fields, maybe, required } from '../options/schema.js'
import { guardOf, type RequireAuth } from './require-auth.js'

/**
 * What the document holds. @see RFC 9728 §2
 *
 * @example
 * const options: ProtectedResourceOptions = { resource: 'https://api.northwind.com/v1', auth, resourceName: 'Messages' }
 */
export interface ProtectedResourceOptions {
  /** This API's identifier as clients use it: an https URL without fragment. Never taken from a request. */
  resource: string
  /** The `requireAuth()` that guards it: the document names its issuers and bindings. */
  auth?: RequireAuth
  /** Issuers of its tokens, where `auth` does not name them: without it, or with an `issuer` function. */
  authorizationServers?: readonly string[]
  /** Scopes that clients may ask for. Leave out those that are nobody's business. */
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

/**
 * The handler to mount, with the address that it answers.
 *
 * @example
 * const metadata: ProtectedResourceMetadata = protectedResourceMetadata({ resource, authorizationServers: [issuer] })
 * metadata.url // https://api.northwind.com/.well-known/oauth-protected-resource/v1
 */
export interface ProtectedResourceMetadata extends RequestHandler {
  /** Where clients find the document: the well-known URL of the resource. */
  readonly url: string
}

const LOOPBACK_ONLY = '(http only for loopback hosts)'

const guard: Check<Guard<Request>> = (value, name) => {
  const found = guardOf(value)
  if (found) return found
  throw wrong(name, 'what requireAuth() returned', value)
}

/** Issuer identifiers have no query and no fragment (RFC 8414 §2). */
const issuers: Check<readonly string[]> = (value, name) => {
  const list = strings(value, name)
  if (list.every((issuer) => isSafeUrl(issuer) && !/[?#\s]/.test(issuer))) return list
  throw wrong(name, `a list of issuer URLs without query and fragment ${LOOPBACK_ONLY}`, value)
}

const pageUrl: Check<string> = (value, name) => {
  if (typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)) return value
  throw wrong(name, 'the URL of a page', value)
}

const FIELDS = {
  resource: required(resourceIdentifier),
  auth: maybe(guard),
  authorizationServers: maybe(issuers),
  scopesSupported: maybe(strings),
  resourceName: maybe(text),
  resourceDocumentation: maybe(pageUrl),
  resourcePolicyUri: maybe(pageUrl),
  resourceTosUri: maybe(pageUrl),
} satisfies Fields<ProtectedResourceOptions>

type Settings = Checked<typeof FIELDS>

/** Any page may read the document: it holds no secret, and clients in browsers need it (RFC 9728 §3.1). */
const DOCUMENT = new Headers({
  'Access-Control-Allow-Origin': '*',
  'Cache-Control': 'public, max-age=3600',
  'Content-Type': 'application/json',
})

/** The asterisk does not cover `Authorization` (Fetch standard): clients may send it everywhere. */
const PREFLIGHT = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': '*, Authorization',
  'Access-Control-Max-Age': '86400',
}

/**
 * Makes the handler that serves the protected resource metadata at its well-known address.
 *
 * Mount it at the root of the app, before `auth`. Every other path goes on to the next handler. It changes nothing in
 * `auth`: give that the option `resourceMetadata: { resource }`, so that its challenges name this document.
 *
 * @throws TypeError naming the option that is wrong, or when the challenges of `auth` name another document.
 * @see RFC 9728
 *
 * @example
 * const auth = requireAuth({ issuer, audience: resource, resourceMetadata: { resource } })
 * app.use(protectedResourceMetadata({ resource, auth }))
 * app.use(auth)
 */
export function protectedResourceMetadata(options: ProtectedResourceOptions): ProtectedResourceMetadata {
  const given = checked(FIELDS, options, { name: 'protectedResourceMetadata', prefix: '' })
  const url = wellKnownUrl(given.resource)
  checkGuard(given, url)
  const body = Buffer.from(JSON.stringify(documentOf(given)))
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

function checkGuard({ auth, authorizationServers }: Settings, { href }: URL): void {
  if (namedBy(auth) && authorizationServers !== undefined)
    throw new TypeError('authorizationServers must be absent where auth names its issuers')
  const named = auth?.rules.resourceMetadata
  if (named !== undefined && named !== href)
    throw wrong('resourceMetadata of auth', JSON.stringify(href), named)
}

/** The issuers that clients can ask: a name that is no URL, or a template of tenants, is none. */
function namedBy(auth: Guard<Request> | undefined): readonly string[] | undefined {
  const httpHosts = auth?.rules.httpHosts
  const named = auth?.issuers?.filter((issuer) => isSafeUrl(issuer, httpHosts) && !isTemplate(issuer))
  return named?.length ? named : undefined
}

/** Members without a value are left out (RFC 9728 §3.2). */
function documentOf(given: Settings) {
  const { auth } = given
  return {
    resource: given.resource,
    authorization_servers: namedBy(auth) ?? given.authorizationServers,
    scopes_supported: given.scopesSupported,
    resource_name: given.resourceName,
    resource_documentation: given.resourceDocumentation,
    resource_policy_uri: given.resourcePolicyUri,
    resource_tos_uri: given.resourceTosUri,
    ...(auth && supportOf(auth)),
  }
}

/** True statements only, and about this middleware (RFC 9728 §2). */
function supportOf({ rules: { tokenFrom, dpop, mtls } }: Guard<Request>) {
  return {
    bearer_methods_supported: dpop?.required ? [] : tokenFrom.filter((place) => typeof place === 'string'),
    ...(mtls && { tls_client_certificate_bound_access_tokens: true }),
    ...(dpop && {
      dpop_signing_alg_values_supported: dpop.algorithms,
      dpop_bound_access_tokens_required: dpop.required,
    }),
  }
}
