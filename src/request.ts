import type { Request } from 'express'
import type { Challenger, Scheme } from './challenge.js'
import type { JsonObject } from './compact-jws.js'
import { authError } from './errors.js'
import type { Events } from './events.js'

/** Claims of a verified access token (RFC 7519 §4.1, RFC 9068 §2.2). */
export interface Claims extends JsonObject {
  readonly iss: string
  readonly aud: string | readonly string[]
  readonly exp: number
  readonly sub?: string
  readonly iat?: number
  readonly nbf?: number
  readonly jti?: string
  readonly scope?: string
  /** What the token is bound to (RFC 7800, RFC 9449 §6, RFC 8705 §3.1). */
  readonly cnf?: { readonly jkt?: string; readonly 'x5t#S256'?: string }
}

/** A verified access token. Deeply frozen: one object serves many requests that bring the token. */
export interface Auth<C = Claims> {
  /** The access token itself, to call another API with. A secret: never log it. */
  readonly token: string
  /** DPoP for a token that is bound to a key: it cannot be sent otherwise. */
  readonly scheme: Scheme
  /** The protected header. */
  readonly header: JsonObject
  readonly claims: C
  /** From `scope` or `scp`. */
  readonly scopes: readonly string[]
  /** From the RBAC claim `permissions`. */
  readonly permissions: readonly string[]
  readonly issuer: string
  /** A user, or with client credentials the client itself: compare with `clientId` (RFC 9068 §5). */
  readonly subject?: string
  /** From `client_id`, else `azp`. */
  readonly clientId?: string
  readonly audience: readonly string[]
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** A place that credentials are read from. A function returns the token, or nothing. */
export type TokenPlace = 'header' | 'body' | 'query' | ((req: Request) => string | undefined | null)

/** An access token as it was sent: nothing is verified. */
export interface Credentials {
  readonly token: string
  readonly scheme: Scheme
}

/** Not followed by more of a scheme's name (RFC 9110 §5.6.2). */
const BEARER = /^bearer(?![!#$%&'*+.^_`|~0-9a-z-])/i
const DPOP = /^dpop(?![!#$%&'*+.^_`|~0-9a-z-])/i
const METHODS_WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Reads the access token of a request, or undefined when there are no credentials of one of `schemes`.
 *
 * Does not check the form of the token. Outside of the Authorization header every token is a Bearer token.
 *
 * @throws `credentials_malformed` for credentials that are none.
 * @throws `credentials_repeated` for more than one token, whatever the places.
 * @see RFC 6750 §2, RFC 9449 §7.1
 */
export function readCredentials(
  req: Request,
  places: readonly TokenPlace[],
  schemes: readonly Scheme[],
): Credentials | undefined {
  if (places.length === 1 && places[0] === 'header') return fromHeader(req, schemes)
  const found = places.map((place) => fromPlace(req, place, schemes)).filter((each) => each !== undefined)
  if (found.length > 1) throw authError('credentials_repeated')
  return found[0]
}

/** The scheme of the Authorization header, when it is one for access tokens. */
export function schemeOf({ headers: { authorization } }: Request): Scheme | undefined {
  if (authorization === undefined) return undefined
  if (BEARER.test(authorization)) return 'Bearer'
  return DPOP.test(authorization) ? 'DPoP' : undefined
}

/** Whether the request has a token in its URL, so that the answer must stay out of shared caches (RFC 6750 §2.3). */
export function hasQueryToken(req: Request): boolean {
  return req.query?.access_token !== undefined
}

function fromPlace(req: Request, place: TokenPlace, schemes: readonly Scheme[]): Credentials | undefined {
  if (place === 'header') return fromHeader(req, schemes)
  const token = tokenAt(req, place)
  return token === undefined ? undefined : { token, scheme: 'Bearer' }
}

function tokenAt(req: Request, place: Exclude<TokenPlace, 'header'>): string | undefined {
  if (place === 'query') return soleParameter(req.query?.access_token)
  if (place === 'body') return hasForm(req) ? soleParameter(req.body?.access_token) : undefined
  return place(req) ?? undefined
}

function fromHeader(req: Request, schemes: readonly Scheme[]): Credentials | undefined {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  if (isRepeated(req.rawHeaders)) throw authError('credentials_repeated')
  const scheme = schemeOf(req)
  if (scheme === undefined || !schemes.includes(scheme)) return undefined
  const token = authorization.slice(scheme.length).replace(/^ +/, '')
  if (token === '' || authorization[scheme.length] !== ' ') throw authError('credentials_malformed')
  return { token, scheme }
}

/** Node keeps the first of two Authorization headers and drops the other silently; a proxy may have judged that one. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1
  }
  return count > 1
}

function hasForm(req: Request): boolean {
  return !METHODS_WITHOUT_BODY.has(req.method) && Boolean(req.is('application/x-www-form-urlencoded'))
}

function soleParameter(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value)) throw authError('credentials_repeated')
  if (typeof value !== 'string' || value === '') throw authError('credentials_malformed')
  return value
}

/** How the middleware that admitted a request answers: for the checks behind it. */
export interface Answering {
  readonly challenger: Challenger
  readonly events: Events
}

const answerings = new WeakMap<object, Answering>()

/** Of a verified token, once for all its requests, or of a request that was admitted without credentials. */
export function rememberAnswering(authOrRequest: object, answering: Answering): void {
  if (!answerings.has(authOrRequest)) answerings.set(authOrRequest, answering)
}

/** Undefined when no `requireAuth` saw the request. */
export function answeringOf(req: Request): Answering | undefined {
  return answerings.get(req.auth ?? req)
}

/**
 * The verified token of a request, typed.
 *
 * @throws Error when there is none: `requireAuth` is not mounted before this handler, or it is `optional` and the
 * request came without credentials.
 */
export function getAuth<C extends object = Claims>(req: Request): Auth<C> {
  if (req.auth) return req.auth as unknown as Auth<C>
  throw new Error(
    'req.auth is missing: mount requireAuth() before this handler, and with `optional: true` look at req.auth first',
  )
}
