import type { Request, RequestHandler } from 'express'
import type { Auth, Claims } from '../auth.js'
import { after } from '../net/after.js'
import { strings, wrong } from '../options/checks.js'
import { oneOf, verifiedDetailsOf } from '../refusal/details.js'
import { authError } from '../refusal/errors.js'
import { type Check, checkOf, createCheck } from './check.js'
import { type ClaimPath, contains, valuesAt } from './claim-path.js'
import { namesIn, scopeTokens } from './scope-tokens.js'

/**
 * Admits tokens that have all of `scopes`, else 403 `insufficient_scope` naming them.
 *
 * @throws TypeError without scopes, or for one that is no scope token (RFC 6749 §3.3).
 * @see RFC 6750 §3.1
 *
 * @example
 * app.post('/messages', requireScopes('read:messages', 'write:messages'), createMessage)
 */
export function requireScopes(...scopes: string[]): RequestHandler {
  const needed = scopeTokens('requireScopes', scopes)
  return createCheck('requireScopes', {
    decide: (auth) => needed.every((scope) => auth.scopes.includes(scope)),
    refusal: (auth) => insufficientScope(needed, auth),
  })
}

/**
 * Admits tokens that have at least one of `scopes`, else 403 `insufficient_scope` naming them all.
 *
 * @throws TypeError as `requireScopes` does.
 *
 * @example
 * app.get('/messages', requireAnyScope('read:messages', 'admin'), listMessages)
 */
export function requireAnyScope(...scopes: string[]): RequestHandler {
  const accepted = scopeTokens('requireAnyScope', scopes)
  return createCheck('requireAnyScope', {
    decide: (auth) => accepted.some((scope) => auth.scopes.includes(scope)),
    refusal: (auth) => insufficientScope(accepted, auth),
  })
}

export function insufficientScope(needed: readonly string[], { scopes }: Auth) {
  return authError('insufficient_scope', {
    params: { scope: needed.join(' ') },
    details: () => ({
      ...verifiedDetailsOf({ claim: 'scope', expected: needed.join(' '), received: scopes.join(' ') }),
      lacking: needed.filter((scope) => !scopes.includes(scope)),
    }),
  })
}

/**
 * Admits tokens whose RBAC `permissions` claim holds all of `permissions`, else 403 `insufficient_permissions`.
 *
 * @throws TypeError without permissions.
 *
 * @example
 * app.delete('/messages/:id', requirePermissions('delete:messages'), deleteMessage)
 */
export function requirePermissions(...permissions: string[]): RequestHandler {
  const needed = namesIn('requirePermissions', permissions)
  return createCheck('requirePermissions', {
    decide: (auth) => needed.every((permission) => auth.permissions.includes(permission)),
    refusal: ({ permissions: held, claims }) =>
      authError('insufficient_permissions', {
        details: () => ({
          ...verifiedDetailsOf({
            claim: 'permissions',
            expected: needed.join(', '),
            received: claims.permissions,
          }),
          lacking: needed.filter((permission) => !held.includes(permission)),
        }),
      }),
  })
}

/**
 * Admits tokens whose claim equals, or as a list contains, one of `values`; else 403 `claim_not_accepted`.
 *
 * A claim that is an object counts as containing the names of its members that are objects: Zitadel writes roles so.
 *
 * @param claim The claim's whole name. Where no claim has it, `'realm_access.roles'` is a path; `['a.b', 'c']` always is.
 * @throws TypeError without values.
 *
 * @example
 * app.use('/acme', requireClaim('org_id', 'org_123', 'org_456'))
 * app.use('/admin', requireClaim('realm_access.roles', 'admin')) // Keycloak
 */
export function requireClaim(claim: ClaimPath, ...values: (string | number | boolean)[]): RequestHandler {
  const path = typeof claim === 'string' ? claim : strings(claim, 'requireClaim path')
  if (path === '') throw wrong('requireClaim name', 'a non-empty string or a path', path)
  if (values.length === 0) throw new TypeError('requireClaim needs at least one value')
  const other = values.findIndex((value) => !['string', 'number', 'boolean'].includes(typeof value))
  if (other !== -1)
    throw wrong('requireClaim', "called with single values: requireClaim('org_id', 'a', 'b')", values[other])
  return createCheck('requireClaim', {
    decide: ({ claims }) =>
      valuesAt(claims, path).some((found) => values.some((value) => contains(found, value))),
    refusal: ({ claims }) =>
      authError('claim_not_accepted', {
        details: () =>
          verifiedDetailsOf({
            claim: [path].flat().join('.'),
            expected: oneOf(values.map(String)),
            received: valuesAt(claims, path)[0],
          }),
      }),
  })
}

/**
 * Admits tokens for which `accept` returns true, else 403 `claim_not_accepted`. Errors it throws are faults, passed on
 * untouched.
 *
 * @example
 * app.use('/teams/:team', requireClaims<MyClaims>(({ teams }, req) => teams.includes(req.params.team)))
 */
export function requireClaims<C extends object = Claims>(
  accept: (claims: C, req: Request) => boolean | Promise<boolean>,
): RequestHandler {
  if (typeof accept !== 'function') throw wrong('requireClaims', 'called with a function', accept)
  return createCheck('requireClaims', {
    decide: ({ claims }, req) => accept(claims as unknown as C, req),
    refusal: () => authError('claim_not_accepted'),
  })
}

/**
 * Admits what at least one of `handlers`, checks of this package, admits; else refuses as the first of them does.
 *
 * @throws TypeError for anything but checks.
 *
 * @example
 * app.get('/reports', anyOf(requireScopes('read:reports'), requirePermissions('reports')), listReports)
 */
export function anyOf(...handlers: RequestHandler[]): RequestHandler {
  const checks = handlers.map(checkOf)
  const [first] = checks
  if (!first || checks.includes(undefined))
    throw new TypeError('anyOf must be called with checks such as requireScopes()')
  return createCheck('anyOf', {
    decide: (auth, req) => decideAny(checks as Check[], auth, req),
    refusal: first.refusal,
  })
}

function decideAny(
  [first, ...others]: readonly Check[],
  auth: Auth,
  req: Request,
): boolean | Promise<boolean> {
  if (!first) return false
  return after(first.decide(auth, req), (admitted) => admitted === true || decideAny(others, auth, req))
}
