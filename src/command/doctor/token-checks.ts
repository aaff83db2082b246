import type { Auth } from '../../auth.js'
import type { UnverifiedJws } from '../../jose/compact-jws.js'
import { isSigned } from '../../jose/signature.js'
import type { VerificationKey } from '../../jose/verification-key.js'
import { isAuthError } from '../../refusal/errors.js'
import { shown } from '../printable.js'
import { count, tokenForm } from '../token-form.js'
import { checkAudience, checkClaimForms, checkConfirmation, checkIssuer, checkTimes } from './claim-checks.js'
import { type Finding, fail, note, ok } from './finding.js'
import { checkAlgorithm, checkHeader, checkType } from './header-checks.js'
import type { IssuerReport } from './issuer-checks.js'

/** What `requireAuth` takes unless told otherwise. */
const MAX_TOKEN_LENGTH = 16_384

export interface TokenExam {
  token: string
  audience: string
  reports: readonly IssuerReport[]
  /** The verdict of `requireAuth` itself. */
  verify(token: string): Promise<Auth>
}

/** Holds a token to each rule on its own, and then asks `requireAuth` itself. */
export async function examineToken(exam: TokenExam): Promise<Finding[]> {
  const read = tokenForm(exam.token)
  const findings =
    read.form === 'jwt'
      ? [ok('form', 'a JWT in compact form'), ...(await checkJwt(read, exam))]
      : [badForm(read)]
  return [...checkLength(exam.token), ...findings, await checkVerdict(exam)]
}

function badForm(read: { form: 'opaque' } | { form: 'malformed'; fault: string }): Finding {
  if (read.form === 'malformed')
    return fail('form', read.fault, 'send the access token as the issuer gave it')
  const change = 'name the audience in the token request: without one, issuers give opaque tokens'
  return fail('form', 'an opaque token, no JWT: only its issuer can tell what it is good for', change)
}

function checkLength({ length }: string): Finding[] {
  if (length <= MAX_TOKEN_LENGTH) return []
  const says = `${count(length, 'character')}: longer than the ${MAX_TOKEN_LENGTH} that are taken`
  return [fail('length', says, 'put fewer claims into the token')]
}

async function checkJwt(jws: UnverifiedJws, exam: TokenExam): Promise<Finding[]> {
  const { header, claims } = jws
  return [
    checkHeader(header),
    checkType(header, claims),
    checkAlgorithm(header),
    checkIssuer(claims, exam.reports),
    checkAudience(claims, exam.audience),
    ...checkTimes(claims),
    ...checkClaimForms(claims),
    ...checkConfirmation(claims),
    ...(await checkSignature(jws, exam)),
  ]
}

async function checkSignature(jws: UnverifiedJws, exam: TokenExam): Promise<Finding[]> {
  const { header, claims } = jws
  const report = exam.reports.find(({ issuer }) => issuer === claims.iss)
  if (!report) return [note('key', 'not checked: the issuer is not one of those given')]
  if (!report.keySet) return [note('key', 'not checked: the keys of the issuer are not there')]
  if (header.alg !== 'RS256') return [note('key', 'not checked: the algorithm is not RS256')]
  const { kid } = header
  const name = kid === undefined ? 'a token without kid' : `kid ${shown(kid)}`
  const found = report.keySet.find(kid as string | undefined, 'RS256')
  if (!found) {
    const change = 'get a new token: the key was withdrawn, or the token is of another tenant'
    return [fail('key', `${name}: the issuer has no such key for RS256`, change)]
  }
  return [ok('key', `${name}: the issuer has it`), await checkSigned(jws, found)]
}

async function checkSigned(jws: UnverifiedJws, key: VerificationKey): Promise<Finding> {
  if (await isSigned(key, jws))
    return ok('signature', 'made by that key over this very header and these claims')
  const change = 'send the token as the issuer gave it: it was altered or cut off, or another issuer made it'
  return fail('signature', 'not made by that key over this header and these claims', change)
}

async function checkVerdict({ token, verify }: TokenExam): Promise<Finding> {
  try {
    const { subject, scopes } = await verify(token)
    const who = subject === undefined ? 'nobody in particular' : shown(subject)
    return ok(
      'verdict',
      `requireAuth accepts it: subject ${who}, scopes ${shown(scopes.join(' ') || 'none')}`,
    )
  } catch (error) {
    if (!isAuthError(error)) throw error
    const says = `requireAuth answers ${error.status} ${error.code}: ${error.message}`
    return fail('verdict', says, 'see the lines above')
  }
}
