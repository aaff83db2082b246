import { calculateJwkThumbprint } from 'jose'
import type { Algorithm } from '../jose/algorithms.js'
import {
  type JsonObject,
  type KnownHeader,
  knownHeader,
  parseCompactJws,
  type UnverifiedJws,
} from '../jose/compact-jws.js'
import { importKey, usableJwk, type VerificationKey } from '../jose/verification-key.js'
import { detailsOf, type Finding } from '../refusal/details.js'
import { type AuthError, authError, isAuthError, type RefusalDetails } from '../refusal/errors.js'

/** A DPoP proof in due form. Its signature is not verified, nor anything in it. */
export interface UnverifiedProof {
  readonly jws: UnverifiedJws
  readonly header: ProofHeader
  readonly claims: JsonObject & ProofClaims
}

/** The protected header in due form. The same object for a proof with the header of an earlier one. */
export interface ProofHeader extends KnownHeader {
  readonly alg: Algorithm
  readonly jwk: JsonObject
}

interface ProofClaims {
  readonly jti: string
  readonly htm: string
  readonly htu: string
  readonly iat: number
  readonly nbf?: number
  readonly exp?: number
}

/** Longer proofs are refused unread: the longest keys and URLs fit. */
const MAX_PROOF_LENGTH = 8192

/** They would change what the signature means (RFC 7515 §4.1.11, RFC 7797). */
const UNSUPPORTED_HEADERS = ['crit', 'b64']

/**
 * Reads a proof and checks its form: one JWT, `typ`, `alg`, `jwk` and the claims every proof has.
 *
 * @param known The header of an earlier proof for the same token: clients repeat it to the letter.
 * @throws `proof_invalid`
 * @see RFC 9449 §4.2, §4.3
 */
export function readProof(
  text: unknown,
  algorithms: readonly Algorithm[],
  known?: ProofHeader,
): UnverifiedProof {
  if (typeof text !== 'string' || text.length > MAX_PROOF_LENGTH)
    throw proofInvalid({ expected: `one text of at most ${MAX_PROOF_LENGTH} characters` })
  const jws = parse(text, known)
  const { header, claims } = jws
  checkProofClaims(claims)
  if (header === known?.header) return { jws, header: known, claims }
  return { jws, header: proofHeader(text, header, algorithms), claims }
}

function parse(text: string, known: ProofHeader | undefined): UnverifiedJws {
  try {
    return parseCompactJws(text, known)
  } catch (error) {
    throw isAuthError(error) ? proofInvalid({ expected: 'one signed JWT in one DPoP header' }) : error
  }
}

function proofHeader(proof: string, header: JsonObject, algorithms: readonly Algorithm[]): ProofHeader {
  const { typ, jwk } = header
  const alg = algorithms.find((algorithm) => algorithm === header.alg)
  const unsupported = UNSUPPORTED_HEADERS.find((name) => Object.hasOwn(header, name))
  if (typ !== 'dpop+jwt') throw proofInvalid(received({ header: 'typ', expected: 'dpop+jwt', received: typ }))
  if (alg === undefined)
    throw proofInvalid(received({ header: 'alg', expected: algorithms.join(' or '), received: header.alg }))
  if (typeof jwk !== 'object' || jwk === null) throw proofInvalid({ header: 'jwk', expected: 'a public key' })
  if (unsupported !== undefined) throw proofInvalid({ header: unsupported, expected: 'absent' })
  return { ...knownHeader(proof, header), alg, jwk: jwk as JsonObject }
}

const isText = (value: unknown) => typeof value === 'string'
const isTime = (value: unknown) => Number.isFinite(value)
const isTimeOrAbsent = (value: unknown) => value === undefined || Number.isFinite(value)

/** `nbf` and `exp` count where a client writes them (RFC 7519 §4.1.4, §4.1.5). */
const CLAIMS = [
  { claim: 'jti', isForm: (value: unknown) => isText(value) && value !== '', expected: 'a non-empty string' },
  { claim: 'htm', isForm: isText, expected: 'the method' },
  { claim: 'htu', isForm: isText, expected: 'the URL' },
  { claim: 'iat', isForm: isTime, expected: 'a number of epoch seconds' },
  { claim: 'nbf', isForm: isTimeOrAbsent, expected: 'a number of epoch seconds, or absent' },
  { claim: 'exp', isForm: isTimeOrAbsent, expected: 'a number of epoch seconds, or absent' },
]

function checkProofClaims(claims: JsonObject): asserts claims is JsonObject & ProofClaims {
  const wrong = CLAIMS.find(({ claim, isForm }) => !isForm(claims[claim]))
  if (!wrong) return
  const { claim, expected } = wrong
  throw proofInvalid(received({ claim, expected, received: claims[claim] }))
}

/** For what is no secret: a `jwk` may hold a private key by mistake. */
const received = (finding: Finding) => () => detailsOf(finding)

function proofInvalid(details: RefusalDetails | (() => RefusalDetails)): AuthError {
  return authError('proof_invalid', { details: typeof details === 'function' ? details : () => details })
}

/**
 * The key of a proof, when it is the one that the token is bound to.
 *
 * @throws `binding_mismatch` for another key.
 * @throws `proof_invalid` for a key that must not be used: a private or symmetric one, one too weak or too costly.
 */
export async function importBoundKey(
  { jwk, alg }: ProofHeader,
  jkt: string | undefined,
): Promise<VerificationKey> {
  const thumbprint = await thumbprintOf(jwk)
  if (thumbprint !== jkt) {
    const expected = `a proof by the key with thumbprint ${jkt}`
    throw authError('binding_mismatch', {
      details: received({ claim: 'cnf', expected, received: thumbprint }),
    })
  }
  const usable = usableJwk(jwk, [alg])
  const key = usable && (await importKey(usable))
  if (!key)
    throw proofInvalid({ header: 'jwk', expected: `a public key for ${alg}, neither weak nor costly` })
  return key
}

async function thumbprintOf(jwk: JsonObject): Promise<string> {
  try {
    return await calculateJwkThumbprint(jwk, 'sha256') // of the members RFC 7638 §3.2 names, never of private ones
  } catch {
    throw proofInvalid({ header: 'jwk', expected: 'a JWK' }) // jose refuses what is none
  }
}
