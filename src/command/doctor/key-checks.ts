import type { JWK } from 'jose'
import { type KeySet, readKeySet } from '../../issuer/key-set.js'
import { ALGORITHMS, type Algorithm, algorithmsOf } from '../../jose/algorithms.js'
import { bitsOf, MAX_RSA_BITS, MIN_RSA_BITS, usableJwk } from '../../jose/verification-key.js'
import { AnswerError } from '../../net/fetch-json.js'
import { shown } from '../printable.js'
import { count } from '../token-form.js'
import { type Finding, fail, note, ok } from './finding.js'

export const ASK_ISSUER = 'ask whoever runs the issuer to repair it'

export interface KeyReport {
  findings: Finding[]
  /** The keys that `requireAuth` would use. */
  keySet?: KeySet
  /** The JWK Set as it came. */
  jwks?: unknown
}

export interface KeyExam {
  issuer: string
  algorithms: readonly Algorithm[]
  /** Where the keys are from, in words. */
  source: string
}

/** Says what `requireAuth` would make of a key set as a whole, and of each key. */
export async function examineKeys(jwks: unknown, exam: KeyExam): Promise<KeyReport> {
  const { algorithms, source } = exam
  const keySet = await readKeys(jwks, exam)
  const each = checkEach(jwks, algorithms)
  if (keySet instanceof AnswerError) {
    const change = await unusableHint(jwks, exam)
    return { findings: [fail('key set', keySet.message, change), ...each], jwks }
  }
  const says = `${count(keySet.size, 'usable key')} for ${algorithms.join(', ')} ${source}`
  return { findings: [ok('key set', says), ...keySet.ambiguous.map(ambiguous), ...each], keySet, jwks }
}

/** The keys of a set for these algorithms, or why there are none. */
export async function readKeys(
  jwks: unknown,
  { issuer, algorithms }: Pick<KeyExam, 'issuer' | 'algorithms'>,
): Promise<KeySet | AnswerError> {
  try {
    return await readKeySet(jwks, { issuer, algorithms })
  } catch (error) {
    if (error instanceof AnswerError) return error
    throw error
  }
}

async function unusableHint(jwks: unknown, { issuer, algorithms }: KeyExam): Promise<string> {
  const others = await readKeys(jwks, { issuer, algorithms: ALGORITHMS })
  if (others instanceof AnswerError) return ASK_ISSUER
  const found = [...new Set([...others.keys()].map(({ alg }) => alg))].map((alg) => `'${alg}'`)
  return `let the issuer sign with ${algorithms.join(' or ')}, or set algorithms: [${found.join(', ')}] in requireAuth`
}

function ambiguous(kid: string): Finding {
  return fail('key', `kid ${shown(kid)}: different keys have it, so that none of them is used`, ASK_ISSUER)
}

function checkEach(jwks: unknown, algorithms: readonly Algorithm[]): Finding[] {
  const { keys } = (jwks ?? {}) as { keys?: unknown }
  const listed = Array.isArray(keys) ? keys.filter((jwk) => typeof jwk === 'object' && jwk !== null) : []
  return listed.map((jwk: JWK) => checkKey(jwk, algorithms))
}

function checkKey(jwk: JWK, algorithms: readonly Algorithm[]): Finding {
  const kid = jwk.kid === undefined ? 'a key without kid' : `kid ${shown(jwk.kid)}`
  if ('d' in jwk || 'k' in jwk)
    return fail(
      'key',
      `${kid}: its secret part is published`,
      'replace the key at once: anyone can sign with it',
    )
  const says = `${kid}: ${shown(jwk.kty)}, ${shown(jwk.alg ?? 'any algorithm')}`
  if (jwk.use !== undefined && jwk.use !== 'sig') return note('key', `${says}, not for signatures: not used`)
  const fitting = algorithmsOf(jwk).filter((alg) => jwk.alg === undefined || jwk.alg === alg)
  if (!algorithms.some((alg) => fitting.includes(alg)))
    return note('key', `${says}: not used for ${algorithms.join(', ')}`)
  return checkStrength(jwk, algorithms, says)
}

function checkStrength(jwk: JWK, algorithms: readonly Algorithm[], says: string): Finding {
  const bits = jwk.kty === 'RSA' ? bitsOf(jwk.n) : undefined
  const sized = bits === undefined ? says : `${says}, ${bits} bits`
  if (bits !== undefined && bits > MAX_RSA_BITS)
    return fail('key', `${sized}: too costly to be used`, `let the issuer use ${MAX_RSA_BITS} bits at most`)
  if (bits !== undefined && bits < MIN_RSA_BITS)
    return fail('key', `${sized}: too weak to be used`, `let the issuer use ${MIN_RSA_BITS} bits`)
  if (usableJwk(jwk, algorithms)) return ok('key', sized)
  return fail('key', `${sized}: not well-formed, or not for verifying: not used`, ASK_ISSUER)
}
