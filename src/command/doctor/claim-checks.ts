import type { JsonObject } from '../../jose/compact-jws.js'
import { type ClaimContext, type ClaimFault, claimRules } from '../../token/claims.js'
import { moment } from '../moment.js'
import { shown } from '../printable.js'
import { type Finding, fail, note, ok } from './finding.js'
import type { IssuerReport } from './issuer-checks.js'

/** The rules of `requireAuth` without further options. */
function contextFor(audience: string): ClaimContext {
  return {
    clockToleranceSeconds: 5,
    maxTokenAgeSeconds: undefined,
    profile: undefined,
    confirmations: [],
    audience: { claim: 'aud', values: [audience] },
    now: Date.now() / 1000,
  }
}

/** What the library's rules on one claim say. */
function faultOf(claim: string, claims: JsonObject, audience = ''): ClaimFault | undefined {
  const context = contextFor(audience)
  for (const rule of claimRules) {
    const fault = rule.claim === claim ? rule.fault(claims, context) : undefined
    if (fault) return fault
  }
  return undefined
}

export function checkIssuer({ iss }: JsonObject, reports: readonly IssuerReport[]): Finding {
  const issuers = reports.map(({ issuer }) => issuer)
  if (issuers.includes(iss as string)) return ok('iss', shown(iss))
  if (iss === undefined) return fail('iss', 'the token names no issuer', 'get an access token of the issuer')
  const says = `${shown(iss)} is not ${issuers.join(' or ')}`
  const near = issuers.find((issuer) => withoutSlash(issuer) === withoutSlash(iss))
  if (near) return fail('iss', says, `the slash at the end counts: write the issuer as ${shown(iss)}`)
  return fail(
    'iss',
    says,
    `get a token of that issuer; if ${shown(iss)} is its custom domain, give both as issuer`,
  )
}

export function checkAudience(claims: JsonObject, audience: string): Finding {
  const { aud, iss } = claims
  const audiences = [aud].flat()
  if (faultOf('aud', claims, audience) === undefined)
    return ok('aud', `${shown(aud)}${audiences.length > 1 ? ` has ${audience}` : ''}`)
  const says = aud === undefined ? 'the token names no audience' : `${shown(aud)} is not ${audience}`
  const near = audiences.find((each) => withoutSlash(each) === withoutSlash(audience))
  if (near) return fail('aud', says, `the slash at the end counts: write the audience as ${shown(near)}`)
  const isUserinfo = audiences.length === 1 && typeof iss === 'string' && aud === `${iss}userinfo`
  const what = isUserinfo ? 'it is good for userinfo only: ' : ''
  return fail('aud', says, `${what}get a token with the audience ${audience}`)
}

function withoutSlash(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\/$/, '') : value
}

export function checkTimes(claims: JsonObject): Finding[] {
  const times = ['exp', 'nbf', 'iat'].filter((name) => name === 'exp' || claims[name] !== undefined)
  return times.map((name) => checkTime(name, claims))
}

function checkTime(name: string, claims: JsonObject): Finding {
  const value = claims[name]
  if (value === undefined) return fail(name, 'the token never ends', 'let the issuer set exp')
  const code = faultOf(name, claims)?.code
  if (code === 'claim_invalid')
    return fail(name, `${shown(value)} is no number of seconds`, 'let the issuer write it as a number')
  const says = moment(value as number)
  if (code === 'token_expired') return fail(name, `expired ${says}`, 'get a new token')
  if (code === 'token_not_yet_valid')
    return fail(name, `not valid before ${says}`, 'compare the clocks of this machine and of the issuer')
  return ok(name, says)
}

const CHECKED_APART = ['exp', 'nbf', 'iat', 'aud', 'iss', 'cnf']

/** Lists only claims of a wrong form. */
export function checkClaimForms(claims: JsonObject): Finding[] {
  const names = [...new Set(claimRules.map(({ claim }) => claim))].filter(
    (name) => !CHECKED_APART.includes(name),
  )
  return names
    .filter((name) => faultOf(name, claims) !== undefined)
    .map((name) =>
      fail(
        'claims',
        `${name} has a wrong form: ${shown(claims[name])}`,
        `let the issuer write ${name} as its RFC says`,
      ),
    )
}

export function checkConfirmation(claims: JsonObject): Finding[] {
  const { cnf } = claims
  if (cnf === undefined) return []
  const bound = `bound by cnf to ${shown(cnf)}: not good without that, as a bearer token`
  if (faultOf('cnf', claims) === undefined) return [note('cnf', bound)]
  return [
    fail(
      'cnf',
      bound,
      'let requireAuth check the binding (its options dpop and mtls), or get an unbound token',
    ),
  ]
}
