import { ALGORITHMS, type Algorithm } from '../jose/algorithms.js'
import { isSafeUrl, parseUrl } from '../net/safe-url.js'
import { bool, type Check, isPlainObject, listOf, someOf, strings, text, wrong } from '../options/checks.js'
import { type Checked, checked, type Fields, maybe, or, required } from '../options/schema.js'
import { issuerName, issuerUrl } from './issuer-name.js'
import type { AudienceRule, Issuer } from './issuers.js'
import type { KeyTransport } from './key-download.js'
import { createKeySource } from './key-source.js'
import { isTemplate } from './tenant-template.js'

/**
 * The claim that stands for the audience at issuers that write no `aud` into access tokens.
 *
 * @example
 * requireAuth({ issuer, audience: { claim: 'client_id', values: ['4f2k9...'] } }) // Amazon Cognito
 */
export interface AudienceByClaim {
  /** A claim whose value is one of `values`, or a list that contains one. */
  claim: string
  /** The values that stand for this API. */
  values: string | readonly string[]
}

/**
 * This API's identifier, or several, or the claim that stands for them.
 *
 * @example
 * const audience: Audience = ['https://messages.northwind.com', 'https://files.northwind.com']
 */
export type Audience = string | readonly string[] | AudienceByClaim

/** A JWK Set (RFC 7517 §5), as jose and others type it. */
interface JwkSet {
  readonly keys: readonly object[]
}

/**
 * An issuer with settings of its own.
 *
 * @example
 * requireAuth({ issuer: { issuer: 'https://ref.supabase.co/auth/v1', algorithms: ['ES256'] }, audience })
 */
export interface IssuerOptions {
  /**
   * The `iss` of its tokens, to the letter: an https URL, or a bare domain. With `jwksUri`, `jwks` or `metadataUrl` it
   * is a name to compare, any non-empty string, and nothing is fetched from it.
   */
  issuer: string
  /** Where its metadata are, when they are not under the issuer. They must name the issuer. @see RFC 8414 §3 */
  metadataUrl?: string
  /** Where its keys are. Default: the metadata name the address. */
  jwksUri?: string
  /** Its keys. Alone they are all there is, and nothing is fetched; beside `jwksUri` or `metadataUrl` they serve until the first refresh. */
  jwks?: JwkSet
  /** Instead of the middleware's `algorithms`. */
  algorithms?: readonly Algorithm[]
  /** Instead of the middleware's `audience`. */
  audience?: Audience
  /** `typ`s of its access tokens besides `JWT` and `at+jwt`. Default none. @see RFC 8725 §3.11 */
  tokenTypes?: readonly string[]
  /**
   * Takes tokens with `nonce`, `at_hash` and the like, which mark ID tokens elsewhere. For Dex, and Keycloak before
   * version 25: an ID token with this API's audience then passes too. Default false.
   */
  allowIdTokenClaims?: boolean
}

/**
 * An issuer URL, a bare domain (`login.northwind.com` means `https://login.northwind.com/`), or settings.
 *
 * @example
 * const issuers: IssuerSetting[] = ['northwind.auth0.com', { issuer: 'login.northwind.com', algorithms: ['RS256'] }]
 */
export type IssuerSetting = string | IssuerOptions

const keySet: Check<JwkSet> = (value, name) => {
  const { keys } = (value ?? {}) as { keys?: unknown }
  if (Array.isArray(keys) && keys.length > 0) return value as JwkSet
  throw wrong(name, 'a JWK Set with keys', value)
}

const AUDIENCE_FIELDS = {
  claim: required(text),
  values: required(strings),
} satisfies Fields<AudienceByClaim>

const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/["']/, 'it holds a quote: was it copied with its quotes?'],
  [/[,\s]/, 'it holds a comma or white space: give several audiences as a list'],
  [/^(undefined|null)$/, 'is an environment variable missing?'],
  [/\/\.well-known\//, 'that is an address of the issuer: give the identifier of this API'],
]

export const audienceRule: Check<AudienceRule> = (value, name) => {
  if (isPlainObject(value)) return checked(AUDIENCE_FIELDS, value, { name })
  const values = strings(value, name)
  for (const each of values) {
    const hint = MISTAKES.find(([pattern]) => pattern.test(each))?.[1]
    if (hint !== undefined) throw wrong(name, 'the identifier of this API as tokens name it', each, hint)
  }
  return Object.freeze({ claim: 'aud', values })
}

const FIELDS = {
  issuer: required(text),
  metadataUrl: maybe(text),
  jwksUri: maybe(text),
  jwks: maybe(keySet),
  algorithms: maybe(someOf(ALGORITHMS)),
  audience: maybe(audienceRule),
  tokenTypes: or<readonly string[], readonly string[]>([], listOf(text)),
  allowIdTokenClaims: or(false, bool),
} satisfies Fields<IssuerOptions>

type Settings = Checked<typeof FIELDS>

/** What all issuers of one middleware share. */
export interface IssuerDefaults extends KeyTransport {
  readonly audience: AudienceRule
  readonly algorithms: readonly Algorithm[]
  readonly httpHosts: readonly string[]
  readonly profile: 'rfc9068' | undefined
}

/** @throws TypeError, from the function it returns, for a wrong setting. */
export function createIssuerBuilder(defaults: IssuerDefaults): (setting: IssuerSetting) => Issuer {
  return (setting) => {
    const given = checkedSetting(setting)
    const { metadataUrl, jwksUri, jwks: seed } = urlsChecked(given, defaults)
    const isNamed = metadataUrl !== undefined || jwksUri !== undefined || seed !== undefined
    const issuer = isNamed ? issuerName(given.issuer) : issuerUrl(given.issuer, defaults.httpHosts)
    const { algorithms = defaults.algorithms, audience = defaults.audience, allowIdTokenClaims } = given
    if (defaults.profile !== undefined && audience.claim !== 'aud')
      throw new TypeError(
        `audience by the claim ${audience.claim} contradicts profile rfc9068, which demands aud`,
      )
    const isFixed = seed !== undefined && metadataUrl === undefined && jwksUri === undefined
    const source = { issuer, metadataUrl, jwksUri, seed, isFixed, algorithms, httpHosts: defaults.httpHosts }
    return Object.freeze({
      issuer,
      hostname: parseUrl(issuer)?.hostname,
      metadataUrl,
      isDiscoverable: metadataUrl !== undefined || !isNamed,
      audience,
      algorithms,
      kinds: { allowIdTokenClaims, tokenTypes: given.tokenTypes.map((type) => type.toLowerCase()) },
      keys: createKeySource({ ...source, shared: defaults }),
    })
  }
}

function checkedSetting(setting: unknown): Settings {
  if (typeof setting === 'string') return checked(FIELDS, { issuer: setting }, { name: 'issuer', prefix: '' })
  if (isPlainObject(setting)) return checked(FIELDS, setting, { name: 'issuer' })
  throw wrong('issuer', 'a URL, a domain or settings', setting)
}

function urlsChecked(given: Settings, { httpHosts }: IssuerDefaults): Settings {
  for (const name of ['metadataUrl', 'jwksUri'] as const) {
    const url = given[name]
    if (url !== undefined && !isSafeUrl(url, httpHosts))
      throw wrong(`issuer.${name}`, 'an https URL (http only for loopback hosts and httpHosts)', url)
  }
  if (isTemplate(given.issuer) && given.metadataUrl === undefined && given.jwksUri === undefined)
    throw new TypeError(`issuer ${given.issuer} needs metadataUrl or jwksUri, which all its tenants share`)
  return given
}
