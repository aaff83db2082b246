import { fitsTemplate } from '../../issuer/tenant-template.js'
import { isCompactJws, type JsonObject, type UnverifiedJws } from '../../jose/compact-jws.js'
import { count, isEncrypted, tokenForm } from '../token-form.js'
import {
  checkAudience,
  checkClaimForms,
  checkConfirmation,
  checkIssuer,
  checkTimes,
  claimExam,
} from './claim-checks.js'
import { type Finding, fail, note, ok } from './finding.js'
import { checkAlgorithm, checkHeader, checkType } from './header-checks.js'
import type { IssuerReport } from './issuer-checks.js'
import type { Setup } from './setup.js'
import { checkSignature } from './signature-checks.js'
import { checkVerdict } from './verdict.js'

export interface TokenExam {
  token: string
  setup: Setup
  reports: readonly IssuerReport[]
}

/** Holds a token to each rule on its own, and then asks `requireAuth` itself. */
export async function examineToken(exam: TokenExam): Promise<Finding[]> {
  const read = tokenForm(exam.token)
  const findings =
    read.form === 'jwt'
      ? [ok('form', 'a JWT in compact form'), ...(await checkJwt(read, exam))]
      : [badForm(exam)]
  const before = [...checkLength(exam), ...findings]
  return [...before, await checkVerdict(exam, before)]
}

/** Opaque and encrypted tokens are what issuers give when no API was named. */
const ASK_FOR_API =
  'name the API in the token request, by audience=... or resource=..., as the issuer has it; ' +
  'for an issuer that gives no JWTs at all, turn on introspection'

function badForm({ token, setup }: TokenExam): Finding {
  if (setup.rules.introspection && !isCompactJws(token))
    return note('form', 'no JWT: its issuer is asked about it')
  if (isEncrypted(token))
    return fail('form', 'an encrypted token (JWE), which only its recipient can read', ASK_FOR_API)
  const read = tokenForm(token)
  if (read.form === 'malformed')
    return fail('form', read.fault, 'send the access token as the issuer gave it')
  return fail('form', 'an opaque token, no JWT: only its issuer can tell what it is good for', ASK_FOR_API)
}

function checkLength({ token: { length }, setup }: TokenExam): Finding[] {
  const { maxTokenBytes } = setup.rules
  if (length <= maxTokenBytes) return []
  const says = `${count(length, 'character')}: longer than the ${maxTokenBytes} that are taken`
  return [fail('length', says, 'put fewer claims into the token, or raise maxTokenBytes')]
}

async function checkJwt(jws: UnverifiedJws, { setup, reports }: TokenExam): Promise<Finding[]> {
  const { header, claims } = jws
  const { rules } = setup
  const report = reports.find(({ issuer }) => isOf(issuer, claims))
  const { target } = report ?? (reports[0] as IssuerReport)
  const { algorithms, kinds } = target.issuer
  const exam = claimExam(claims, rules, target)
  return [
    checkHeader(header),
    checkType(header, claims, { ...kinds, profile: rules.profile }),
    checkAlgorithm(header, algorithms),
    checkIssuer(claims, reports, report !== undefined),
    checkAudience(exam),
    ...checkTimes(exam),
    ...checkClaimForms(exam),
    ...checkConfirmation(exam),
    ...(await checkSignature(jws, report)),
  ]
}

function isOf(issuer: string, claims: JsonObject): boolean {
  return issuer === claims.iss || fitsTemplate(issuer, claims)
}
