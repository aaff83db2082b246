import { signsFor } from '../../issuer/tenant-template.js'
import { ALGORITHMS, type Algorithm } from '../../jose/algorithms.js'
import type { UnverifiedJws } from '../../jose/compact-jws.js'
import { isSigned } from '../../jose/signature.js'
import type { VerificationKey } from '../../jose/verification-key.js'
import { AnswerError } from '../../net/fetch-json.js'
import { shown } from '../printable.js'
import { type Finding, fail, note, ok } from './finding.js'
import type { IssuerReport } from './issuer-checks.js'
import { readKeys } from './key-checks.js'

/** Looks for the key of a token and checks its signature, also where the algorithm is not allowed. */
export async function checkSignature(
  jws: UnverifiedJws,
  report: IssuerReport | undefined,
): Promise<Finding[]> {
  if (!report) return [note('key', 'not checked: the issuer is not one of those given')]
  if (report.jwks === undefined) return [note('key', 'not checked: the keys of the issuer are not there')]
  const { alg, kid } = jws.header
  const algorithm = ALGORITHMS.find((each) => each === alg)
  if (!algorithm) return [note('key', `not checked: no public key is for ${shown(alg ?? 'no algorithm')}`)]
  const name = kid === undefined ? 'a token without kid' : `kid ${shown(kid)}`
  const found = await findKey(kid, algorithm, report)
  if (found) return [ok('key', `${name}: the issuer has it`), await checkSigned(jws, found)]
  const change = 'get a new token: the key was withdrawn, or the token is of another tenant'
  return [fail('key', `${name}: the issuer has no such key for ${algorithm}`, change)]
}

async function findKey(
  kid: unknown,
  algorithm: Algorithm,
  { target, keySet, issuer, jwks }: IssuerReport,
): Promise<VerificationKey | undefined> {
  const isAllowed = target.issuer.algorithms.includes(algorithm)
  const keys = isAllowed ? keySet : await readKeys(jwks, { issuer, algorithms: [algorithm] })
  return keys instanceof AnswerError ? undefined : keys?.find(kid as string | undefined, algorithm)
}

async function checkSigned(jws: UnverifiedJws, key: VerificationKey): Promise<Finding> {
  if (!signsFor(key.issuer, jws.claims))
    return fail('signature', 'that key signs for another tenant', 'get a token of that tenant')
  if (await isSigned(key, jws))
    return ok('signature', 'made by that key over this very header and these claims')
  const change = 'send the token as the issuer gave it: it was altered or cut off, or another issuer made it'
  return fail('signature', 'not made by that key over this header and these claims', change)
}
