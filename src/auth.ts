import type { JsonObject } from './jose/compact-jws.js'
import type { Scheme } from './refusal/challenge.js'

/**
 * Claims of a verified access token (RFC 7519 §4.1, RFC 9068 §2.2). Merge the interface to add your own.
 *
 * @example
 * declare module 'express-require-auth' {
 *   interface Claims {
 *     readonly org_id?: string
 *   }
 * }
 */
export interface Claims extends JsonObject {
  /** The issuer, one of those that the middleware trusts. */
  readonly iss: string
  /** Absent only where another claim stands for the audience. */
  readonly aud?: string | readonly string[]
  /** When the token expires, in epoch seconds. */
  readonly exp: number
  /** Whom the token stands for: a user, or with client credentials the client. */
  readonly sub?: string | null
  /** When the token was issued, in epoch seconds. */
  readonly iat?: number
  /** The moment before which the token does not count, in epoch seconds. */
  readonly nbf?: number
  /** The name of this one token. */
  readonly jti?: string | null
  /** What the token allows: words with spaces between them, at some issuers a list. */
  readonly scope?: string | readonly string[] | null
  /** What the token is bound to (RFC 7800, RFC 9449 §6, RFC 8705 §3.1). */
  readonly cnf?: Confirmation
}

/**
 * Confirmation of a binding (RFC 7800 §3.1).
 *
 * @example
 * const { cnf } = getAuth(req).claims // { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }
 */
export interface Confirmation {
  /** Thumbprint of a DPoP key (RFC 9449 §6). */
  readonly jkt?: string
  /** Thumbprint of a client certificate (RFC 8705 §3.1). */
  readonly 'x5t#S256'?: string
}

/**
 * A verified access token. Deeply frozen: one object serves many requests that bring the token.
 *
 * @example
 * app.get('/me', (req, res) => {
 *   const { subject, scopes } = getAuth(req)
 *   res.json({ subject, scopes })
 * })
 */
export interface Auth<C = Claims> {
  /** The access token itself, to call another API with. A secret: never log it. */
  readonly token: string
  /** DPoP for a token that is bound to a key and cannot be sent otherwise. */
  readonly scheme: Scheme
  /** The protected header; empty for an opaque token. */
  readonly header: JsonObject
  /** All claims; of an opaque token what the introspection endpoint answered. */
  readonly claims: C
  /** From `scope`, or where that is absent or empty from `scp`. */
  readonly scopes: readonly string[]
  /** From the RBAC claim `permissions`; empty where that is no list of strings. */
  readonly permissions: readonly string[]
  /** The claim `iss`. */
  readonly issuer: string
  /** A user, or with client credentials the client itself: compare with `clientId` (RFC 9068 §5). */
  readonly subject?: string
  /** From `client_id`, else `azp`, `cid` or `appid`. */
  readonly clientId?: string
  /** From `aud`; empty where another claim stands for it. */
  readonly audience: readonly string[]
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** Makes the `Auth` of a verified token, and brands it. */
export function createAuth(token: string, header: JsonObject, claims: Claims): Auth {
  const auth: Writable<Auth> = {
    token,
    scheme: claims.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    header,
    claims,
    scopes: scopesOf(claims),
    permissions: isStrings(claims.permissions) ? claims.permissions : [],
    issuer: claims.iss,
    audience: audiencesOf(claims.aud),
    expiresAt: claims.exp,
  }
  const clientId = CLIENT_CLAIMS.map((name) => claims[name]).find((value) => typeof value === 'string')
  if (typeof claims.sub === 'string') auth.subject = claims.sub
  if (clientId !== undefined) auth.clientId = clientId as string
  made.set(deepFreeze(auth), undefined)
  return auth
}

/** Whether this package made `value`. An object of the same shape, or a copy, does not count. */
export function isAuth(value: unknown): value is Auth {
  return made.has(value as object)
}

/** Okta writes `cid`, Microsoft Entra v1 and ADFS `appid`. */
const CLIENT_CLAIMS = ['client_id', 'azp', 'cid', 'appid'] as const

/**
 * Every `Auth` made in this process, by whatever installed copy of the package, with what its middleware attached:
 * nested installs and module resets load the package twice, and the checks of one copy must take what the middleware
 * of the other made. A property of the object would do so too, but would be copied with it.
 */
const made = sharedByCopies()

function sharedByCopies(): WeakMap<object, unknown> {
  const shared = globalThis as unknown as Record<symbol, WeakMap<object, unknown> | undefined>
  const key = Symbol.for('express-require-auth.made')
  shared[key] ??= new WeakMap()
  return shared[key]
}

/** Attaches what goes with an `Auth`, once: it belongs to one middleware. */
export function attach(auth: Auth, attachment: object): void {
  if (made.get(auth) === undefined) made.set(auth, attachment)
}

export function attachedTo(auth: Auth): unknown {
  return made.get(auth)
}

/** From `scope` (RFC 9068 §2.2.3), else from `scp`. Each may be text or a list. */
function scopesOf({ scope, scp }: JsonObject): readonly string[] {
  const scopes = scopeTokens(scope)
  return scopes.length > 0 ? scopes : scopeTokens(scp)
}

function scopeTokens(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter(Boolean)
  return isStrings(value) ? value : []
}

/** `aud` as a list (RFC 7519 §4.1.3). */
export function audiencesOf(aud: unknown): readonly string[] {
  if (typeof aud === 'string') return [aud]
  return isStrings(aud) ? aud : []
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && item !== null) deepFreeze(item)
  }
  return Object.freeze(value)
}
