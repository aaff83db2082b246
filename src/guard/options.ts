import type { Auth } from '../auth.js'
import type { IssuerResolver } from '../issuer/issuers.js'
import { JWKS_FIELDS, type JwksOptions } from '../issuer/jwks-options.js'
import { type Audience, audienceRule, type IssuerSetting } from '../issuer/setting.js'
import { ALGORITHMS, type Algorithm } from '../jose/algorithms.js'
import { parseUrl } from '../net/safe-url.js'
import {
  bool,
  type Check,
  func,
  listOf,
  oneOf,
  positiveInteger,
  quotable,
  seconds,
  someOf,
  wrong,
} from '../options/checks.js'
import { type Checked, checked, type Fields, maybe, options, or, required } from '../options/schema.js'
import { DPOP_FIELDS, type DpopOptions } from '../proof/dpop-options.js'
import { MTLS_FIELDS, type MtlsOptions } from '../proof/mtls.js'
import type { AuthEvent } from '../refusal/events.js'
import { type IntrospectionOptions, introspectionRules } from '../token/introspection-options.js'
import { type ResourceMetadataSetting, resourceMetadataUrl } from './protected-resource.js'

/** A place that credentials are read from. A function returns the token, or nothing. */
export type TokenPlace<Context> =
  | 'header'
  | 'body'
  | 'query'
  | ((context: Context) => string | undefined | null | Promise<string | undefined | null>)

/**
 * The verified-token cache.
 *
 * @example
 * requireAuth({ issuer, audience, cache: { maxEntries: 50_000 } })
 */
export interface CacheOptions {
  /** Most tokens remembered. Default 10000. */
  maxEntries?: number
}

/**
 * Every duration is in seconds. A wrong, unknown or contradictory option throws a TypeError at construction.
 *
 * `Context` is what the functions among the options are called with: Express's request.
 *
 * @example
 * const options: GuardOptions<Request> = { issuer: 'northwind.auth0.com', audience: 'https://messages.northwind.com' }
 */
export interface GuardOptions<Context> {
  /**
   * Whose tokens to trust: an issuer URL, a bare domain, settings, a list of these, or a function that is called with
   * the unverified `iss` of a token and returns one of them, or nothing. Nothing is fetched for a name it does not
   * return.
   */
  issuer: IssuerSetting | readonly IssuerSetting[] | IssuerResolver<IssuerSetting, Context>
  /** This API's identifier, or several: one must be in the token's `aud`. Or the claim that stands for it. @see RFC 7519 §4.1.3 */
  audience: Audience
  /** Signature algorithms to accept. Default `['RS256']`. Neither `none` nor HS* can be turned on. @see RFC 8725 §3.1 */
  algorithms?: readonly Algorithm[]
  /** Leeway for `exp`, `nbf` and `iat`, in seconds. Default 5, at most 300. @see RFC 7519 §4.1.4 */
  clockToleranceSeconds?: number
  /** Oldest acceptable token, in seconds since its `iat`, which is then required. Default: no limit but `exp`; at most 30 days. */
  maxTokenAgeSeconds?: number
  /** Longest token taken, in bytes; longer ones are refused unread. Default 16384. Node's own limit for all headers is 16 KiB too: `--max-http-header-size`. */
  maxTokenBytes?: number
  /** `'rfc9068'` demands `typ: at+jwt` and the claims of that profile. Default: off. @see RFC 9068 §2 */
  profile?: 'rfc9068'
  /** Admits requests without credentials, leaving `req.auth` unset. Bad credentials are still refused. Default false. */
  optional?: boolean
  /** Where tokens may stand. Default `['header']`. @see RFC 6750 §2 */
  tokenFrom?: readonly TokenPlace<Context>[]
  /** Demands that the host of `iss` is the host the request was sent to. Default false. */
  bindIssuerToHost?: boolean
  /** Remembers verified tokens; `false` verifies every time. Default `{ maxEntries: 10000 }`. */
  cache?: false | CacheOptions
  /** Hosts besides loopback that may be reached over plain http, such as `keycloak:8080`. Default none. */
  httpHosts?: readonly string[]
  /**
   * The base URL under which clients reach the app, or several, or a function that returns it. With it neither `Host`
   * nor `X-Forwarded-*` is believed. Default: they are, as far as Express's `trust proxy` allows.
   */
  publicUrl?: string | readonly string[] | ((context: Context) => string | readonly string[])
  /** How keys are fetched and kept. */
  jwks?: JwksOptions
  /** Takes opaque access tokens, which the authorization server is asked about. Default: off. @see RFC 7662 */
  introspection?: IntrospectionOptions
  /** Takes access tokens that are bound to a key of the client. Default: off, and such tokens are refused. @see RFC 9449 */
  dpop?: DpopOptions
  /** Takes access tokens that are bound to a client certificate. Default: off, and such tokens are refused. @see RFC 8705 §3 */
  mtls?: MtlsOptions<Context>
  /** Called for every request, remembered token or not; anything truthy refuses. Errors it throws go to the error handler untouched. */
  isRevoked?: (auth: Auth, context: Context | undefined) => boolean | Promise<boolean>
  /** `realm` of every challenge. Default `api`. @see RFC 9110 §11.5 */
  realm?: string
  /**
   * Names the protected resource metadata in every challenge: by URL, by the handler that serves them, or by
   * `{ resource }`, whose well-known address it is. Default: none. @see RFC 9728 §5.1
   */
  resourceMetadata?: ResourceMetadataSetting
  /** Called with every event; events never contain tokens. Errors it throws are ignored. */
  onEvent?: (event: AuthEvent) => void
  /** Stands in for the global `fetch`, to go through a proxy or trust a private CA. */
  fetch?: typeof globalThis.fetch
}

const CACHE_FIELDS = { maxEntries: or(10_000, positiveInteger) } satisfies Fields<CacheOptions>

/** False turns the cache off. */
const cache: Check<false | Checked<typeof CACHE_FIELDS>> = (value, name) =>
  value === false ? false : checked(CACHE_FIELDS, value, { name })

const issuer: Check<readonly IssuerSetting[] | IssuerResolver<IssuerSetting, never>> = (value, name) => {
  if (typeof value === 'function') return value as IssuerResolver<IssuerSetting, never>
  const list = Array.isArray(value) ? value : [value]
  if (list[0] !== undefined) return list
  throw wrong(name, 'an issuer URL, a domain, settings, a list of these, or a function', value)
}

const tokenPlace: Check<TokenPlace<never>> = (value, name) => {
  if (typeof value === 'function') return value as TokenPlace<never>
  if (['header', 'body', 'query'].includes(value as string)) return value as 'header'
  throw wrong(name, "a list of 'header', 'body', 'query' and functions", value)
}

const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/

const httpHost: Check<string> = (value, name) => {
  const host = typeof value === 'string' ? value.toLowerCase() : ''
  if (HOST.test(host)) return host
  throw wrong(name, 'a list of hosts such as "keycloak:8080"', value)
}

/** Without repetition, which would count one token twice. */
const tokenPlaces: Check<readonly TokenPlace<never>[]> = (value, name) =>
  Object.freeze([...new Set(listOf(tokenPlace)(value, name))])

/** A base URL without a slash at its end. */
export const baseUrl: Check<string> = (value, name) => {
  const url = typeof value === 'string' ? parseUrl(value) : undefined
  const isBase =
    url && /^https?:$/.test(url.protocol) && !/[?#\s]/.test(value as string) && url.username === ''
  if (isBase) return `${url.origin}${url.pathname.replace(/\/$/, '')}`
  throw wrong(name, 'an http or https URL without query and fragment', value)
}

/** The bases once checked, or the function that returns them. */
export type PublicUrl = readonly string[] | ((context: never) => string | readonly string[])

const publicUrl: Check<PublicUrl> = (value, name) =>
  typeof value === 'function'
    ? (value as (context: never) => string)
    : listOf(baseUrl)(Array.isArray(value) ? value : [value], name)

export const GUARD_FIELDS = {
  issuer: required(issuer),
  audience: required(audienceRule),
  algorithms: or<readonly Algorithm[], readonly Algorithm[]>(['RS256'], someOf(ALGORITHMS)),
  clockToleranceSeconds: or(5, seconds({ max: 300 })),
  maxTokenAgeSeconds: maybe(seconds({ min: 'above 0', max: 2_592_000 })),
  maxTokenBytes: or(16_384, positiveInteger),
  profile: maybe(oneOf('rfc9068')),
  optional: or(false, bool),
  tokenFrom: or<readonly TokenPlace<never>[], readonly TokenPlace<never>[]>(['header'], tokenPlaces),
  bindIssuerToHost: or(false, bool),
  cache: or<false | { maxEntries: number }, { maxEntries: number }>({ maxEntries: 10_000 }, cache),
  httpHosts: or<readonly string[], readonly string[]>([], listOf(httpHost)),
  publicUrl: maybe(publicUrl),
  jwks: or(() => checked(JWKS_FIELDS, {}, { name: 'jwks' }), options(JWKS_FIELDS)),
  introspection: maybe(introspectionRules),
  dpop: maybe(options(DPOP_FIELDS)),
  mtls: maybe(options(MTLS_FIELDS)),
  isRevoked: maybe(func<(auth: Auth, context: never) => boolean | Promise<boolean>>()),
  realm: or('api', quotable),
  resourceMetadata: maybe(resourceMetadataUrl),
  onEvent: maybe(func<(event: AuthEvent) => void>()),
  fetch: maybe(func<typeof globalThis.fetch>()),
} satisfies Fields<GuardOptions<never>>

/** Options once checked. */
export type GuardRules = Checked<typeof GUARD_FIELDS>

/** @throws TypeError naming the option and the value. */
export function guardRules(given: unknown): GuardRules {
  return checked(GUARD_FIELDS, given, { name: 'requireAuth', prefix: '' })
}
