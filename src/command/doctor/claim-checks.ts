import type { JsonObject } from '../../jose/compact-jws.js'
import { checkedConfirmations } from '../../proof/binding.js'
import { nearMissHint, oneOf } from '../../refusal/details.js'
import { type ClaimContext, type ClaimFault, claimRules } from '../../token/claims.js'
import { moment } from '../moment.js'
import { shown } from '../printable.js'
import { type Finding, fail, note, ok } from './finding.js'
import type { IssuerReport } from './issuer-checks.js'
import type { Setup, Target } from './setup.js'

/** The claims of a token, and what the middleware holds them to. */
export interface ClaimExam {
  claims: JsonObject
  context: ClaimContext
}

export function claimExam(claims: JsonObject, rules: Setup['rules'], { issuer }: Target): ClaimExam {
  const { audience } = issuer
  const context = { ...rules, confirmations: checkedConfirmations(rules), audience, now: Date.now() / 1000 }
  const { iss } = claims // the rules count on its form: they run once the issuer is found
  return { claims: typeof iss === 'string' ? claims : { ...claims, iss: undefined }, context }
}

/** What the library's rules on one claim say. */
function faultOf(claim: string, { claims, context }: ClaimExam): ClaimFault | undefined {
  for (const rule of claimRules) {
    const fault = rule.claim === claim ? rule.fault(claims, context) : undefined
    if (fault) return fault
  }
  return undefined
}

/** @param isKnown Whether one of the issuers made the token, by what it says. */
export function checkIssuer(
  { iss }: JsonObject,
  reports: readonly IssuerReport[],
  isKnown: boolean,
): Finding {
  if (isKnown) return ok('iss', shown(iss))
  if (iss === undefined) return fail('iss', 'the token names no issuer', 'get an access token of the issuer')
  const issuers = reports.map(({ issuer }) => issuer)
  const says = `${shown(iss)} is not ${oneOf(issuers)}`
  const hint = nearMissHint(issuers, iss)
  if (hint) return fail('iss', says, `${hint}: write the issuer as ${shown(iss)}`)
  return fail(
    'iss',
    says,
    `get a token of that issuer; if ${shown(iss)} is its custom domain, give both as issuer`,
  )
}

export function checkAudience(exam: ClaimExam): Finding {
  const { claim, values } = exam.context.audience
  const fault = faultOf('aud', exam)
  const { [fault?.claim ?? claim]: value } = exam.claims
  if (!fault)
    return ok('aud', `${named(claim)}${shown(value)}${Array.isArray(value) ? ` has ${oneOf(values)}` : ''}`)
  const { claim: found = 'aud', expected = '', received, hint } = fault
  const isMissing = received === undefined || received === null
  const says = isMissing
    ? `the token has no ${found}`
    : `${named(found)}${shown(received)} is not ${expected}`
  return fail('aud', says, audienceChange(received, values, hint))
}

function named(claim: string): string {
  return claim === 'aud' ? '' : `${claim} `
}

function audienceChange(received: unknown, values: readonly string[], hint: string | undefined): string {
  const near = [received].flat().find((each) => nearMissHint(values, each) !== undefined)
  if (near !== undefined) return `${hint}: write the audience as ${shown(near)}`
  const request = values.slice(0, 1).flatMap((value) => [`audience=${value}`, `resource=${value}`])
  const ask = `${request.join(' or ')}, as the issuer has it (RFC 8707)`
  return hint === undefined ? `get a token for this API: ${ask}` : `${hint}; there: ${ask}`
}

export function checkTimes(exam: ClaimExam): Finding[] {
  const { claims, context } = exam
  const isNeeded = (name: string) =>
    name === 'exp' || claims[name] !== undefined || (name === 'iat' && isAgeLimited(context))
  return ['exp', 'nbf', 'iat'].filter(isNeeded).map((name) => checkTime(name, exam))
}

function isAgeLimited({ maxTokenAgeSeconds, profile }: ClaimContext): boolean {
  return maxTokenAgeSeconds !== undefined || profile !== undefined
}

function checkTime(name: string, exam: ClaimExam): Finding {
  const value = exam.claims[name]
  const { code, expected = '', hint = '' } = faultOf(name, exam) ?? {}
  if (value === undefined) return fail(name, 'it is missing', `let the issuer set ${name}`)
  if (code === 'claim_invalid')
    return fail(name, `${shown(value)} is no number of seconds`, 'let the issuer write it as a number')
  const says = moment(value as number)
  if (code === 'token_expired')
    return fail(name, `expired ${says}`, 'get a new token; if it is new, compare the clocks')
  if (code === 'token_too_old') return fail(name, `${says}: must be ${expected}`, 'get a new token')
  if (code === 'token_not_yet_valid') return fail(name, `not valid before ${says}`, hint)
  return ok(name, says)
}

const CHECKED_APART = ['exp', 'nbf', 'iat', 'aud', 'iss', 'cnf']

/** Lists only claims of a wrong form. */
export function checkClaimForms(exam: ClaimExam): Finding[] {
  const names = new Set(claimRules.map(({ claim }) => claim).filter((name) => !CHECKED_APART.includes(name)))
  return [...names].flatMap((name) => {
    const fault = faultOf(name, exam)
    if (!fault) return []
    const { expected = '', received } = fault
    if (received === undefined || received === null)
      return [fail('claims', `${name} is missing: it must be ${expected}`, `let the issuer write ${name}`)]
    const says = `${name} must be ${expected}, and is ${shown(received)}`
    return [fail('claims', says, `let the issuer write ${name} as its RFC says`)]
  })
}

export function checkConfirmation(exam: ClaimExam): Finding[] {
  const { cnf } = exam.claims
  if (cnf === undefined) return []
  const bound = `bound by cnf to ${shown(cnf)}: not good without that, as a bearer token`
  const fault = faultOf('cnf', exam)
  if (!fault) return [note('cnf', bound)]
  return [fail('cnf', bound, `${fault.hint} (--dpop, --mtls), or get an unbound token`)]
}
