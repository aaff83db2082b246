import type { JSONWebKeySet } from 'jose'
import { isHttpsOrLoopbackUrl, issuerUrl } from './issuer/issuer-url.js'
import type { Issuer } from './issuer/issuers.js'
import { createKeySource } from './issuer/jwks.js'
import type { KeyDownloadConfig } from './issuer/key-download.js'
import { ALGORITHMS, type Algorithm } from './jwk.js'
import * as check from './option-checks.js'

/** An issuer with settings of its own. */
export interface IssuerOptions {
  /** The `iss` of its tokens: an https URL exactly as the issuer writes it, or a bare domain. */
  issuer: string
  /** Where its keys are. Default: discovery tells. */
  jwksUri?: string
  /** A key set to begin with, so that a start needs no network. It is refreshed after `jwks.maxAgeSeconds`. */
  jwks?: JSONWebKeySet
  /** Instead of the middleware's `algorithms`. */
  algorithms?: readonly Algorithm[]
  /** Instead of the middleware's `audience`. */
  audience?: string | readonly string[]
}

/** An issuer URL, a bare domain (`login.northwind.com` means `https://login.northwind.com/`), or settings. */
export type IssuerSetting = string | IssuerOptions

export interface IssuerDefaults extends Pick<KeyDownloadConfig, 'jwks' | 'fetch' | 'events'> {
  audience: readonly string[]
  algorithms: readonly Algorithm[]
}

const NAMES: readonly (keyof IssuerOptions)[] = ['issuer', 'jwksUri', 'jwks', 'algorithms', 'audience']

/** @throws TypeError, from the function it returns, for a wrong setting. */
export function createIssuerBuilder(defaults: IssuerDefaults): (setting: IssuerSetting) => Issuer {
  const { events, jwks, fetch } = defaults
  return (setting) => {
    const given = typeof setting === 'string' ? { issuer: setting } : settingsOf(setting)
    const issuer = issuerUrl(given.issuer)
    const algorithms =
      given.algorithms === undefined
        ? defaults.algorithms
        : check.someOf('issuer.algorithms', given.algorithms, ALGORITHMS)
    const jwksUri = jwksUriOf(given)
    const keys = createKeySource({ issuer, algorithms, jwksUri, seed: seedOf(given), jwks, fetch, events })
    const audience =
      given.audience === undefined ? defaults.audience : check.strings('issuer.audience', given.audience)
    return Object.freeze({ issuer, hostname: new URL(issuer).hostname, audience, algorithms, keys })
  }
}

function settingsOf(setting: unknown): IssuerOptions {
  if (typeof setting !== 'object' || setting === null)
    throw check.wrong('issuer', 'a URL, a domain or settings', setting)
  check.checkNames('issuer', setting, NAMES)
  return setting as IssuerOptions
}

function jwksUriOf({ jwksUri }: IssuerOptions): string | undefined {
  if (jwksUri === undefined || isHttpsOrLoopbackUrl(jwksUri)) return jwksUri
  throw check.wrong('issuer.jwksUri', 'an https URL (http only for loopback hosts)', jwksUri)
}

function seedOf({ jwks }: IssuerOptions): unknown {
  if (jwks === undefined || (Array.isArray(jwks?.keys) && jwks.keys.length > 0)) return jwks
  throw check.wrong('issuer.jwks', 'a JWK Set with keys', jwks)
}
