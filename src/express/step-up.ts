import type { RequestHandler } from 'express'
import type { Auth } from '../auth.js'
import { type Check as OptionCheck, strings, wrong } from '../options/checks.js'
import { checked, type Fields, maybe, or } from '../options/schema.js'
import { verifiedDetailsOf } from '../refusal/details.js'
import { authError } from '../refusal/errors.js'
import { createCheck } from './check.js'
import { insufficientScope } from './route-checks.js'
import { scopeTokens } from './scope-tokens.js'

/**
 * What a log-in must have been like. @see RFC 9470 §3
 *
 * @example
 * const recent: StepUpOptions = { maxAgeSeconds: 300, scopes: 'transfer' }
 */
export interface StepUpOptions {
  /** Acceptable `acr` values, in order of preference. */
  acrValues?: string | readonly string[]
  /** Oldest acceptable log-in, in whole seconds since `auth_time`. At most 30 days. */
  maxAgeSeconds?: number
  /** Scopes that are needed too, so that one log-in can bring what is lacking. */
  scopes?: string | readonly string[]
}

const MAX_AGE_SECONDS = 2_592_000

const wholeSeconds: OptionCheck<number> = (value, name) => {
  const isWhole = Number.isSafeInteger(value) && (value as number) >= 0
  if (isWhole && (value as number) <= MAX_AGE_SECONDS) return value as number
  const hint = isWhole ? `in seconds: did you mean ${(value as number) / 1000}?` : undefined
  throw wrong(name, `a whole number of seconds from 0 to ${MAX_AGE_SECONDS}`, value, hint)
}

const tokens: OptionCheck<readonly string[]> = (value, name) => scopeTokens(name, strings(value, name))

const FIELDS = {
  acrValues: maybe(tokens),
  maxAgeSeconds: maybe(wholeSeconds),
  scopes: or<readonly string[], readonly string[]>([], tokens),
} satisfies Fields<StepUpOptions>

/**
 * Admits tokens of a log-in that is strong and recent enough, else 401 `insufficient_user_authentication`.
 *
 * A token without `acr` or `auth_time`, or with one of another form, does not meet a demand on it. With `scopes` the
 * challenge names those too when one is lacking; a token that lacks nothing else gets 403 `insufficient_scope`.
 *
 * @throws TypeError naming the option that is wrong.
 * @see RFC 9470 §3
 *
 * @example
 * app.post('/transfers', requireStepUp({ acrValues: 'mfa', maxAgeSeconds: 300 }), transfer)
 */
export function requireStepUp(options: StepUpOptions): RequestHandler {
  const { acrValues, maxAgeSeconds, scopes } = checked(FIELDS, options, { name: 'requireStepUp' })
  if (acrValues === undefined && maxAgeSeconds === undefined)
    throw new TypeError('requireStepUp needs acrValues or maxAgeSeconds')
  const demanded = {
    ...(acrValues && { acr_values: acrValues.join(' ') }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  }
  const isAuthenticated = ({ claims: { acr, auth_time: authTime } }: Auth) =>
    (acrValues === undefined || acrValues.includes(acr as string)) &&
    (maxAgeSeconds === undefined || Math.floor(Date.now() / 1000) - timeOf(authTime) <= maxAgeSeconds)
  const hasScopes = (auth: Auth) => scopes.every((scope) => auth.scopes.includes(scope))
  return createCheck('requireStepUp', {
    decide: (auth) => isAuthenticated(auth) && hasScopes(auth),
    refusal(auth) {
      if (isAuthenticated(auth)) return insufficientScope(scopes, auth)
      const params = { ...demanded, ...(!hasScopes(auth) && { scope: scopes.join(' ') }) }
      return authError('insufficient_user_authentication', {
        params,
        details: () => stepUpDetails(auth, demanded),
      })
    },
  })
}

function stepUpDetails({ claims }: Auth, demanded: Readonly<Record<string, string>>) {
  const shown = Object.entries(demanded).map(([name, value]) => `${name} ${value}`)
  const { acr = 'none', auth_time: authTime = 'none' } = claims
  return verifiedDetailsOf({
    claim: 'acr, auth_time',
    expected: shown.join(', '),
    received: { acr, auth_time: authTime },
  })
}

/** NaN for what is no time of the past, such as milliseconds: every comparison with it is false. */
function timeOf(authTime: unknown): number {
  const latest = Date.now() / 1000 + CLOCK_MARGIN_SECONDS
  return typeof authTime === 'number' && authTime <= latest ? authTime : Number.NaN
}

/** Issuers' clocks run a little ahead of others. */
const CLOCK_MARGIN_SECONDS = 60
