import type { Request } from 'express'
import { type ChallengeOptions, createChallengers, type Scheme } from './challenge.js'
import { type AuthEvent, createEvents, type Events } from './events.js'
import { createFixedIssuers, createResolvedIssuers, type Issuers } from './issuer/issuers.js'
import { jwksOptions } from './issuer/jwks-options.js'
import type { JwksOptions } from './issuer/key-download.js'
import { createIssuerBuilder, type IssuerSetting } from './issuer-setting.js'
import { ALGORITHMS, type Algorithm } from './jwk.js'
import * as check from './option-checks.js'
import { checkedConfirmations, createBindings } from './proof/binding.js'
import type { DpopOptions } from './proof/dpop-options.js'
import type { MtlsOptions } from './proof/mtls.js'
import type { Answering, Auth, TokenPlace } from './request.js'
import { type AccessTokens, createAccessTokens } from './token/access-token.js'
import type { ClaimRules } from './token/claims.js'
import { createIntrospection, type Introspection } from './token/introspection.js'
import type { IntrospectionOptions } from './token/introspection-options.js'
import { createJwtVerifier } from './token/jwt.js'

/** Every duration is in seconds. A wrong, unknown or contradictory option throws a TypeError at construction. */
export interface RequireAuthOptions {
  /**
   * Whose tokens to trust: an issuer URL, a bare domain, settings, a list of these, or a function that is given the
   * unverified `iss` of a token and returns one of them, or nothing. Nothing is fetched for a name it does not return.
   */
  issuer:
    | IssuerSetting
    | readonly IssuerSetting[]
    | ((
        unverifiedIssuer: string,
        req: Request | undefined,
      ) => IssuerSetting | undefined | null | Promise<IssuerSetting | undefined | null>)
  /** This API's identifier, or several: one must be in the token's `aud`. @see RFC 7519 §4.1.3 */
  audience: string | readonly string[]
  /** Signature algorithms to accept. Default `['RS256']`. Neither `none` nor HS* can be turned on. @see RFC 8725 §3.1 */
  algorithms?: readonly Algorithm[]
  /** Leeway for `exp`, `nbf` and `iat`, in seconds. Default 5. @see RFC 7519 §4.1.4 */
  clockToleranceSeconds?: number
  /** Oldest acceptable token, in seconds since its `iat`, which is then required. Default: no limit but `exp`. */
  maxTokenAgeSeconds?: number
  /** `'rfc9068'` demands `typ: at+jwt` and the claims of that profile. Default: off. @see RFC 9068 §2 */
  profile?: 'rfc9068'
  /** Admits requests without credentials, leaving `req.auth` unset. Bad credentials are still refused. Default false. */
  optional?: boolean
  /** Where tokens may stand. Default `['header']`. @see RFC 6750 §2 */
  tokenFrom?: readonly TokenPlace[]
  /** Demands that the host of `iss` is the host the request was sent to. Default false. */
  bindIssuerToHost?: boolean
  /** Remembers verified tokens; `false` verifies every time. Default `{ maxEntries: 10000 }`. */
  cache?: false | { maxEntries?: number }
  /** How keys are fetched and kept. */
  jwks?: JwksOptions
  /** Takes opaque access tokens, which the authorization server is asked about. Default: off. @see RFC 7662 */
  introspection?: IntrospectionOptions
  /** Takes access tokens that are bound to a key of the client. Default: off, and such tokens are refused. @see RFC 9449 */
  dpop?: DpopOptions
  /** Takes access tokens that are bound to a client certificate. Default: off, and such tokens are refused. @see RFC 8705 §3 */
  mtls?: MtlsOptions
  /** Asked for every request, remembered token or not; true refuses. What it throws goes to the error handler as it is. */
  isRevoked?: (auth: Auth, req: Request | undefined) => boolean | Promise<boolean>
  /** `realm` of every challenge. Default `api`. @see RFC 9110 §11.5 */
  realm?: string
  /** URL of the protected resource metadata, for every challenge. Default: none. @see RFC 9728 §5.1 */
  resourceMetadata?: string
  /** Told what happens, without tokens. What it throws is dropped. */
  onEvent?: (event: AuthEvent) => void
  /** Stands in for the global `fetch`, to go through a proxy or trust a private CA. */
  fetch?: typeof globalThis.fetch
}

/** Options once checked: what the middleware works with. */
export interface Config {
  readonly issuers: Issuers
  /** Undefined while opaque tokens are refused. */
  readonly introspection: Introspection | undefined
  readonly judge: AccessTokens
  /** The schemes that tokens may come under. */
  readonly schemes: readonly Scheme[]
  /** What every challenge says. The address of the metadata may be added. */
  readonly challenge: ChallengeOptions
  /** By the scheme that a request used. */
  readonly answerings: Readonly<Record<Scheme, Answering>>
  /** Whether tokens that are bound to a client certificate are taken. */
  readonly mtls: boolean
  readonly events: Events
  readonly tokenFrom: readonly TokenPlace[]
  readonly optional: boolean
}

const NAMES: readonly (keyof RequireAuthOptions)[] = [
  'issuer',
  'audience',
  'algorithms',
  'clockToleranceSeconds',
  'maxTokenAgeSeconds',
  'profile',
  'optional',
  'tokenFrom',
  'bindIssuerToHost',
  'cache',
  'jwks',
  'introspection',
  'dpop',
  'mtls',
  'isRevoked',
  'realm',
  'resourceMetadata',
  'onEvent',
  'fetch',
]

/** @throws TypeError naming the option and the value. */
export function createConfig(options: RequireAuthOptions): Config {
  const given = check.withoutUndefined(check.plainObject('options', options)) as unknown as RequireAuthOptions
  check.checkNames('requireAuth', given, NAMES)
  const events = createEvents(given.onEvent && check.func('onEvent', given.onEvent))
  const issuers = createIssuers(given, events)
  const rules = claimRules(given)
  const { dpop, schemes, checkBinding } = createBindings(given, rules.clockToleranceSeconds)
  const introspection =
    given.introspection &&
    createIntrospection(given.introspection, { issuers, claimRules: rules, events, fetch: given.fetch })
  const challenge = { realm: given.realm ?? 'api', resourceMetadata: given.resourceMetadata, dpop }
  const challengers = createChallengers(challenge)
  return Object.freeze({
    issuers,
    introspection,
    judge: createAccessTokens({
      issuers,
      verifyJwt: createJwtVerifier(issuers, rules),
      introspection,
      maxCacheEntries: maxCacheEntries(given.cache),
      bindIssuerToHost: check.bool('bindIssuerToHost', given.bindIssuerToHost ?? false),
      checkBinding,
      isRevoked: given.isRevoked && check.func('isRevoked', given.isRevoked),
    }),
    schemes,
    challenge,
    answerings: {
      Bearer: { challenger: challengers.Bearer, events },
      DPoP: { challenger: challengers.DPoP, events },
    },
    mtls: given.mtls !== undefined,
    events,
    tokenFrom: tokenPlaces(given.tokenFrom ?? ['header']),
    optional: check.bool('optional', given.optional ?? false),
  })
}

function createIssuers({ issuer, ...given }: RequireAuthOptions, events: Events): Issuers {
  const build = createIssuerBuilder({
    audience: check.strings('audience', given.audience),
    algorithms: check.someOf('algorithms', given.algorithms ?? ['RS256'], ALGORITHMS),
    jwks: jwksOptions(given.jwks ?? {}),
    fetch: given.fetch && check.func('fetch', given.fetch),
    events,
  })
  if (typeof issuer === 'function') return createResolvedIssuers(issuer, build)
  const issuers = (Array.isArray(issuer) ? issuer : [issuer]).map(build)
  const names = new Set(issuers.map((each) => each.issuer))
  if (names.size === 0) throw check.wrong('issuer', 'at least one', issuer)
  if (names.size < issuers.length) throw check.wrong('issuer', 'a list of different issuers', issuer)
  return createFixedIssuers(issuers)
}

function claimRules(given: RequireAuthOptions): ClaimRules {
  const { clockToleranceSeconds = 5, maxTokenAgeSeconds, profile } = given
  if (profile !== undefined && profile !== 'rfc9068')
    throw check.wrong('profile', '"rfc9068" or absent', profile)
  return Object.freeze({
    clockToleranceSeconds: check.notNegative('clockToleranceSeconds', clockToleranceSeconds),
    maxTokenAgeSeconds:
      maxTokenAgeSeconds === undefined ? undefined : check.positive('maxTokenAgeSeconds', maxTokenAgeSeconds),
    profile,
    confirmations: checkedConfirmations(given),
  })
}

function maxCacheEntries(cache: RequireAuthOptions['cache'] = {}): number | undefined {
  if (cache === false) return undefined
  const { maxEntries = 10_000, ...others } = check.plainObject('cache', cache)
  check.checkNames('cache', { maxEntries, ...others }, ['maxEntries'])
  return check.positiveInteger('cache.maxEntries', maxEntries)
}

function tokenPlaces(places: readonly TokenPlace[]): readonly TokenPlace[] {
  const isPlace = (place: unknown) =>
    typeof place === 'function' || ['header', 'body', 'query'].includes(place as string)
  if (Array.isArray(places) && places.length > 0 && places.every(isPlace))
    return Object.freeze([...new Set(places)])
  throw check.wrong('tokenFrom', "a list of 'header', 'body', 'query' and functions", places)
}
