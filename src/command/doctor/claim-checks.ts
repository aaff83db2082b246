import type { JsonObject } from '../../compact-jws.js'
import { checkClaims } from '../../token/claims.js'
import { moment } from '../moment.js'
import { shown } from '../printable.js'
import { type Finding, fail, note, ok } from './finding.js'
import { RULES, refusalOf } from './header-checks.js'
import type { IssuerReport } from './issuer-checks.js'

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

export function checkAudience({ aud, iss }: JsonObject, audience: string): Finding {
  const audiences = [aud].flat()
  if (refusalOf(() => checkClaims({ exp: FAR, aud }, [audience], RULES)) === undefined)
    return ok('aud', `${shown(aud)}${audiences.length > 1 ? ` has ${audience}` : ''}`)
  const says = aud === undefined ? 'the token names no audience' : `${shown(aud)} is not ${audience}`
  const near = audiences.find((each) => withoutSlash(each) === withoutSlash(audience))
  if (near) return fail('aud', says, `the slash at the end counts: write the audience as ${shown(near)}`)
  const isUserinfo = audiences.length === 1 && aud === `${iss}userinfo`
  const what = isUserinfo ? 'it is good for userinfo only: ' : ''
  return fail('aud', says, `${what}get a token with the audience ${audience}`)
}

function withoutSlash(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\/$/, '') : value
}

/** Any time ahead, and any audience: to hold one claim alone to the library's own rules. */
const FAR = 1e12
const ANY = 'any'

export function checkTimes(claims: JsonObject): Finding[] {
  const times = ['exp', 'nbf', 'iat'].filter((name) => name === 'exp' || claims[name] !== undefined)
  return times.map((name) => checkTime(name, claims[name]))
}

function checkTime(name: string, value: unknown): Finding {
  if (value === undefined) return fail(name, 'the token never ends', 'let the issuer set exp')
  const code = refusalOf(() => checkClaims({ aud: ANY, exp: FAR, [name]: value }, [ANY], RULES))
  if (code === 'claim_invalid')
    return fail(name, `${shown(value)} is no number of seconds`, 'let the issuer write it as a number')
  const says = moment(value as number)
  if (code === 'token_expired') return fail(name, `expired ${says}`, 'get a new token')
  if (code === 'token_not_yet_valid')
    return fail(name, `not valid before ${says}`, 'compare the clocks of this machine and of the issuer')
  return ok(name, says)
}

const KNOWN_APART = ['exp', 'nbf', 'iat', 'aud', 'iss', 'cnf']

/** Only claims of a wrong form are told of. */
export function checkClaimForms(claims: JsonObject): Finding[] {
  const wrong = Object.keys(claims)
    .filter((name) => !KNOWN_APART.includes(name))
    .filter((name) => {
      const alone = { aud: ANY, exp: FAR, [name]: claims[name] }
      return refusalOf(() => checkClaims(alone, [ANY], RULES)) === 'claim_invalid'
    })
  return wrong.map((name) =>
    fail(
      'claims',
      `${name} has a wrong form: ${shown(claims[name])}`,
      `let the issuer write ${name} as its RFC says`,
    ),
  )
}

export function checkConfirmation({ cnf }: JsonObject): Finding[] {
  if (cnf === undefined) return []
  const bound = `bound by cnf to ${shown(cnf)}: not good without that, as a bearer token`
  const refused = refusalOf(() => checkClaims({ aud: ANY, exp: FAR, cnf }, [ANY], RULES))
  if (refused === undefined) return [note('cnf', bound)]
  return [
    fail(
      'cnf',
      bound,
      'let requireAuth check the binding (its options dpop and mtls), or get an unbound token',
    ),
  ]
}
