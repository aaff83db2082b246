import type { Request } from 'express'
import type { Challenger } from './challenge.js'
import type { JsonObject } from './compact-jws.js'
import { authError } from './errors.js'

declare global {
  namespace Express {
    interface Request {
      /** What the access token says, set by `requireAuth`. */
      auth?: Auth
    }
  }
}

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
}

/** A verified access token. Deeply frozen: one object serves every request that brings the token. */
export interface Auth<C = Claims> {
  /** The access token itself, to call another API with. A secret: never log it. */
  readonly token: string
  readonly scheme: 'Bearer' | 'DPoP'
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

const BEARER = /^bearer(?![!#$%&'*+.^_`|~0-9a-z-])/i // not followed by more of a scheme's name (RFC 9110 §5.6.2)
const METHODS_WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Reads the access token of a request, or undefined when there are no Bearer credentials.
 *
 * Does not check the form of the token.
 *
 * @throws `credentials_malformed` for Bearer credentials that are none.
 * @throws `credentials_repeated` for more than one token, whatever the places.
 * @see RFC 6750 §2
 */
export function readToken(req: Request, places: readonly TokenPlace[]): string | undefined {
  if (places.length === 1 && places[0] === 'header') return fromHeader(req)
  const tokens = places.map((place) => fromPlace(req, place)).filter((token) => token !== undefined)
  if (tokens.length > 1) throw authError('credentials_repeated')
  return tokens[0]
}

/** Whether the request has a token in its URL, so that the answer must stay out of shared caches (RFC 6750 §2.3). */
export function hasQueryToken(req: Request): boolean {
  return req.query?.access_token !== undefined
}

function fromPlace(req: Request, place: TokenPlace): string | undefined {
  if (place === 'header') return fromHeader(req)
  if (place === 'query') return soleParameter(req.query?.access_token)
  if (place === 'body') return hasForm(req) ? soleParameter(req.body?.access_token) : undefined
  return place(req) ?? undefined
}

function fromHeader(req: Request): string | undefined {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  if (isRepeated(req.rawHeaders)) throw authError('credentials_repeated')
  if (!BEARER.test(authorization)) return undefined
  const token = authorization.slice(6).replace(/^ +/, '')
  if (token === '' || authorization[6] !== ' ') throw authError('credentials_malformed')
  return token
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

/** Who writes the challenges for a verified token, or for a request that was admitted without credentials. */
const challengers = new WeakMap<object, Challenger>()

export function setChallenger(authOrRequest: object, challenger: Challenger): void {
  challengers.set(authOrRequest, challenger)
}

/** Undefined when no `requireAuth` saw the request. */
export function challengerOf(req: Request): Challenger | undefined {
  return challengers.get(req.auth ?? req)
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
