import type { ServerResponse } from 'node:http'
import { type AuthError, challengeParamsOf } from './errors.js'
import { wrong } from './option-checks.js'

/** %x20-21 / %x23-5B / %x5D-7E: what a quoted auth-param may hold without escapes (RFC 6750 §3). */
const QUOTABLE = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** How an access token can be sent: RFC 6750, RFC 9449. */
export type Scheme = 'Bearer' | 'DPoP'

/** The auth-params of every challenge. */
export interface ChallengeOptions {
  realm: string
  /** Read at every refusal: the metadata may be set up behind the middleware. */
  resourceMetadata?: string | undefined
  /** Offers the DPoP scheme, beside Bearer or alone. */
  dpop?: { algorithms: readonly string[]; required: boolean } | undefined
}

/** Writes the `WWW-Authenticate` value of a refusal (RFC 6750 §3, RFC 9728 §5.1). */
export type Challenger = (refusal: AuthError) => string

/**
 * A challenger for each scheme that a request may have used.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function createChallengers(options: ChallengeOptions): Readonly<Record<Scheme, Challenger>> {
  const { realm, resourceMetadata } = options
  quotable('realm', realm)
  if (resourceMetadata !== undefined && !URL.canParse(quotable('resourceMetadata', resourceMetadata))) {
    throw wrong('resourceMetadata', 'an absolute URL', resourceMetadata)
  }
  return Object.freeze({ Bearer: createChallenger(options), DPoP: createChallenger(options, 'DPoP') })
}

/** Writes challenges for requests that used `scheme`: only in that one an error is told (RFC 9449 §7.2). */
export function createChallenger(options: ChallengeOptions, scheme: Scheme = 'Bearer'): Challenger {
  const offers = schemesOf(options)
  const judged = offers.length === 1 ? offers[0] : scheme
  return (refusal) => {
    const error = errorParams(refusal)
    return offers.map((each) => bareChallenge(each, options) + (each === judged ? error : '')).join(', ')
  }
}

function schemesOf({ dpop }: ChallengeOptions): readonly Scheme[] {
  if (!dpop) return ['Bearer']
  return dpop.required ? ['DPoP'] : ['Bearer', 'DPoP']
}

function bareChallenge(scheme: Scheme, { realm, resourceMetadata, dpop }: ChallengeOptions): string {
  const metadata = resourceMetadata ? `, resource_metadata="${resourceMetadata}"` : ''
  const algs = scheme === 'DPoP' ? `, algs="${dpop?.algorithms.join(' ')}"` : ''
  return `${scheme} realm="${realm}"${metadata}${algs}`
}

function errorParams(refusal: AuthError): string {
  if (refusal.error === undefined) return ''
  const params = Object.entries({ error: refusal.error, ...challengeParamsOf(refusal) })
  const written = params.map(([name, value]) => `, ${name}="${value}"`).join('')
  return `${written}, error_description="${refusal.message}"`
}

/**
 * Puts the challenge of a refusal on the error, and its headers on the response too: error handlers of applications
 * often drop `error.headers`. An outage gets no challenge, only its `Retry-After`.
 */
export function challenged(refusal: AuthError, challenger: Challenger, res?: ServerResponse): AuthError {
  if (refusal.status < 500) refusal.headers = { ...refusal.headers, 'WWW-Authenticate': challenger(refusal) }
  if (res && !res.headersSent) {
    for (const [name, value] of Object.entries(refusal.headers ?? {})) res.setHeader(name, value)
  }
  return refusal
}

/** @throws TypeError when `value` cannot stand between the quotes of an auth-param. */
export function quotable(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && QUOTABLE.test(value)) return value
  throw new TypeError(`${name} must be printable ASCII without quotes and backslashes`)
}
