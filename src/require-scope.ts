import type { Request, RequestHandler } from 'express'
import { after } from './after.js'
import { quotable } from './challenge.js'
import { authError, type ChallengeParams, type RefusalCode } from './errors.js'
import { checkNames, plainObject, positiveInteger, strings } from './option-checks.js'
import type { Auth, Claims } from './request.js'
import { type Check, checkOf, type Decide, guard } from './route-check.js'

/**
 * Admits tokens that have all of `scopes`, else 403 `insufficient_scope` naming them.
 *
 * @throws TypeError without scopes, or for one that is no scope token (RFC 6749 §3.3).
 * @see RFC 6750 §3.1
 */
export function requireScopes(...scopes: string[]): RequestHandler {
  const needed = scopeTokens('requireScopes', scopes)
  return createCheck('requireScopes', (auth) => needed.every((scope) => auth.scopes.includes(scope)), {
    code: 'insufficient_scope',
    params: { scope: needed.join(' ') },
  })
}

/** Admits tokens that have at least one of `scopes`, else 403 `insufficient_scope` naming them all. */
export function requireAnyScope(...scopes: string[]): RequestHandler {
  const accepted = scopeTokens('requireAnyScope', scopes)
  return createCheck('requireAnyScope', (auth) => accepted.some((scope) => auth.scopes.includes(scope)), {
    code: 'insufficient_scope',
    params: { scope: accepted.join(' ') },
  })
}

/** Admits tokens whose RBAC `permissions` claim holds all of `permissions`, else 403 `insufficient_permissions`. */
export function requirePermissions(...permissions: string[]): RequestHandler {
  const needed = strings('requirePermissions', permissions)
  return createCheck(
    'requirePermissions',
    (auth) => needed.every((permission) => auth.permissions.includes(permission)),
    { code: 'insufficient_permissions' },
  )
}

/** Admits tokens whose claim `name` equals, or as a list contains, one of `values`; else 403 `claim_not_accepted`. */
export function requireClaim(name: string, ...values: (string | number | boolean)[]): RequestHandler {
  strings('requireClaim name', name)
  if (values.length === 0) throw new TypeError('requireClaim needs at least one value')
  return createCheck(
    'requireClaim',
    ({ claims }) => {
      const claim = Object.hasOwn(claims, name) ? claims[name] : undefined
      return values.some((value) => claim === value || (Array.isArray(claim) && claim.includes(value)))
    },
    { code: 'claim_not_accepted' },
  )
}

/** Admits what `accept` says true to, else 403 `claim_not_accepted`. What it throws is a fault, passed on as it is. */
export function requireClaims<C extends object = Claims>(
  accept: (claims: C, req: Request) => boolean | Promise<boolean>,
): RequestHandler {
  if (typeof accept !== 'function') throw new TypeError('requireClaims needs a function')
  return createCheck('requireClaims', ({ claims }, req) => accept(claims as unknown as C, req), {
    code: 'claim_not_accepted',
  })
}

export interface StepUpOptions {
  /** Acceptable `acr` values, in order of preference. */
  acrValues?: string | readonly string[]
  /** Oldest acceptable log-in, in whole seconds since `auth_time`. */
  maxAgeSeconds?: number
  /** Scopes that are needed too, so that one log-in can bring what is lacking. */
  scopes?: string | readonly string[]
}

/**
 * Admits tokens of a log-in that is strong and recent enough, else 401 `insufficient_user_authentication`.
 *
 * A token without `acr` or `auth_time` does not meet a demand on it. With `scopes` the challenge names those too when
 * one is lacking; a token that lacks nothing else gets 403 `insufficient_scope`.
 *
 * @throws TypeError naming the option that is wrong.
 * @see RFC 9470 §3
 */
export function requireStepUp(options: StepUpOptions): RequestHandler {
  const { acrValues, maxAgeSeconds, needed } = checkStepUp(options)
  const demanded = {
    ...(acrValues && { acr_values: acrValues.join(' ') }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  }
  const isAuthenticated = ({ claims: { acr, auth_time: authTime } }: Auth) =>
    (acrValues === undefined || acrValues.includes(acr as string)) &&
    (maxAgeSeconds === undefined || Math.floor(Date.now() / 1000) - timeOf(authTime) <= maxAgeSeconds)
  const hasScopes = (auth: Auth) => needed.every((scope) => auth.scopes.includes(scope))
  return guard('requireStepUp', {
    decide: (auth) => isAuthenticated(auth) && hasScopes(auth),
    refusal: (auth) => {
      const scope = hasScopes(auth) ? {} : { scope: needed.join(' ') }
      return isAuthenticated(auth)
        ? authError('insufficient_scope', scope)
        : authError('insufficient_user_authentication', { ...demanded, ...scope })
    },
  })
}

function checkStepUp(options: StepUpOptions) {
  const { acrValues, maxAgeSeconds, scopes } = plainObject('requireStepUp', options) as StepUpOptions
  checkNames('requireStepUp', options, ['acrValues', 'maxAgeSeconds', 'scopes'])
  if (acrValues === undefined && maxAgeSeconds === undefined)
    throw new TypeError('requireStepUp needs acrValues or maxAgeSeconds')
  if (maxAgeSeconds !== undefined && maxAgeSeconds !== 0) positiveInteger('maxAgeSeconds', maxAgeSeconds)
  return {
    acrValues:
      acrValues === undefined ? undefined : scopeTokens('acrValues', strings('acrValues', acrValues)),
    maxAgeSeconds,
    needed: scopes === undefined ? [] : scopeTokens('scopes', strings('scopes', scopes)),
  }
}

function timeOf(authTime: unknown): number {
  return typeof authTime === 'number' ? authTime : Number.NaN // which is no time ago, nor ever
}

/** Admits what at least one of `handlers`, checks of this package, admits; else refuses as the first of them does. */
export function anyOf(...handlers: RequestHandler[]): RequestHandler {
  const alternatives = handlers.map(checkOf)
  const [first] = alternatives
  if (!first || alternatives.includes(undefined))
    throw new TypeError('anyOf needs checks such as requireScopes()')
  const known = alternatives as Check[]
  return guard('anyOf', { decide: (auth, req) => decideAny(known, auth, req), refusal: first.refusal })
}

function decideAny(
  [first, ...others]: readonly Check[],
  auth: Auth,
  req: Request,
): boolean | Promise<boolean> {
  if (!first) return false
  return after(first.decide(auth, req), (admitted) => admitted === true || decideAny(others, auth, req))
}

function createCheck(
  name: string,
  decide: Decide,
  { code, params }: { code: RefusalCode; params?: ChallengeParams },
): RequestHandler {
  return guard(name, { decide, refusal: () => authError(code, params) })
}

/** Scope tokens hold no space, quote or backslash (RFC 6749 §3.3), so they can stand in a challenge. */
function scopeTokens(name: string, tokens: readonly string[]): readonly string[] {
  for (const token of strings(name, tokens)) {
    if (quotable(name, token).includes(' ')) throw new TypeError(`${name} takes one scope per argument`)
  }
  return [...new Set(tokens)]
}
