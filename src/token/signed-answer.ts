import { audiencesOf } from '../auth.js'
import type { Issuer } from '../issuer/issuers.js'
import { signsFor } from '../issuer/tenant-template.js'
import { type JsonObject, parseCompactJws } from '../jose/compact-jws.js'
import { isSigned } from '../jose/signature.js'
import { AnswerError } from '../net/fetch-json.js'
import { isAuthError } from '../refusal/errors.js'
import { headerFault } from './jwt.js'

/** The media type of a signed answer, and its `typ`. */
export const SIGNED_ANSWER = 'application/token-introspection+jwt'

/** Whose answer it must be, and for whom. */
export interface SignedAnswerContext {
  readonly issuer: Issuer
  readonly clientId: string
  readonly clockToleranceSeconds: number
  /** Epoch seconds at which the question was asked: an older answer is not to this question. */
  readonly askedAt: number
}

/**
 * The data of a signed answer: by this issuer, of this kind, made for this API and for this question.
 *
 * @throws AnswerError, `keys_unavailable`
 * @see RFC 9701 §5, §8
 */
export async function readSignedAnswer(jwt: string, context: SignedAnswerContext): Promise<unknown> {
  const { issuer } = context
  try {
    const jws = parseCompactJws(jwt)
    const { header, claims } = jws
    const alg = issuer.algorithms.find((each) => each === header.alg)
    if (
      alg !== undefined &&
      headerFault(header) === undefined &&
      isAnswer(header, claims) &&
      isForUs(claims, context) &&
      isRecent(claims, context)
    ) {
      const key = await issuer.keys.find(header.kid as string | undefined, alg)
      if (signsFor(key.issuer, claims) && (await isSigned(key, jws))) return claims.token_introspection
    }
  } catch (error) {
    if (!isAuthError(error) || error.status >= 500) throw error
  }
  throw new AnswerError(`the signed introspection answer of ${issuer.issuer} is not valid`)
}

function isAnswer({ typ }: JsonObject, { iat, exp, nbf }: JsonObject): boolean {
  const type = typeof typ === 'string' ? typ.toLowerCase() : ''
  const isTime = (time: unknown) => time === undefined || Number.isFinite(time)
  const isTyped = type === SIGNED_ANSWER || `application/${type}` === SIGNED_ANSWER
  return isTyped && Number.isFinite(iat) && isTime(exp) && isTime(nbf)
}

function isForUs({ iss, aud }: JsonObject, { issuer, clientId }: SignedAnswerContext): boolean {
  const { claim, values } = issuer.audience
  const ours = claim === 'aud' ? [clientId, ...values] : [clientId] // the values of another claim are no audience
  return iss === issuer.issuer && audiencesOf(aud).some((each) => ours.includes(each))
}

function isRecent(
  claims: JsonObject,
  { askedAt, clockToleranceSeconds: tolerance }: SignedAnswerContext,
): boolean {
  const now = Date.now() / 1000
  const {
    iat,
    exp = Number.POSITIVE_INFINITY,
    nbf = 0,
  } = claims as { iat: number; exp?: number; nbf?: number }
  const isOfNow = iat >= Math.floor(askedAt) - tolerance && iat <= now + tolerance
  return isOfNow && now < exp + tolerance && nbf <= now + tolerance
}
