import type { ServerResponse } from 'node:http'
import { type AuthError, challengeParamsOf } from './errors.js'

/** %x20-21 / %x23-5B / %x5D-7E: what a quoted auth-param may hold without escapes (RFC 6750 §3). */
const QUOTABLE = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** The auth-params of every challenge. */
export interface ChallengeOptions {
  realm: string
  resourceMetadata?: string
}

/** Writes the `WWW-Authenticate` value of a refusal (RFC 6750 §3, RFC 9728 §5.1). */
export type Challenger = (refusal: AuthError) => string

export function createChallenger({ realm, resourceMetadata }: ChallengeOptions): Challenger {
  const bare = resourceMetadata
    ? `Bearer realm="${realm}", resource_metadata="${resourceMetadata}"`
    : `Bearer realm="${realm}"`
  return (refusal) => {
    if (refusal.error === undefined) return bare
    const params = Object.entries({ error: refusal.error, ...challengeParamsOf(refusal) })
    const written = params.map(([name, value]) => `, ${name}="${value}"`).join('')
    return `${bare}${written}, error_description="${refusal.message}"`
  }
}

/**
 * Puts the challenge of a refusal on the error, and its headers on the response too: error handlers of applications
 * often drop `error.headers`. An outage gets no challenge, only its `Retry-After`.
 */
export function challenged(refusal: AuthError, challenger: Challenger, res?: ServerResponse): AuthError {
  if (refusal.status < 500) refusal.headers = { 'WWW-Authenticate': challenger(refusal) }
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
