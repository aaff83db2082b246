import { calculateJwkThumbprint, type JWK } from 'jose'
import {
  type JsonObject,
  type KnownHeader,
  knownHeader,
  parseCompactJws,
  type UnverifiedJws,
} from '../compact-jws.js'
import { authError, isAuthError } from '../errors.js'
import { type Algorithm, importVerificationKey, type VerificationKey } from '../jwk.js'

/** A DPoP proof in due form. Its signature is not verified, nor anything in it. */
export interface UnverifiedProof {
  readonly text: string
  readonly header: ProofHeader
  readonly claims: JsonObject & ProofClaims
}

/** The protected header in due form. The same object for a proof with the header of an earlier one. */
export interface ProofHeader extends KnownHeader {
  readonly alg: Algorithm
  readonly jwk: JWK
}

interface ProofClaims {
  readonly jti: string
  readonly htm: string
  readonly htu: string
  readonly iat: number
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
  text: string,
  algorithms: readonly Algorithm[],
  known?: ProofHeader,
): UnverifiedProof {
  if (text.length > MAX_PROOF_LENGTH) throw authError('proof_invalid')
  const { header, claims } = parse(text, known)
  if (!hasProofClaims(claims)) throw authError('proof_invalid')
  if (header === known?.header) return { text, header: known, claims }
  return { text, header: proofHeader(text, header, algorithms), claims }
}

function parse(text: string, known: ProofHeader | undefined): UnverifiedJws {
  try {
    return parseCompactJws(text, known)
  } catch (error) {
    throw isAuthError(error) ? authError('proof_invalid') : error
  }
}

function proofHeader(proof: string, header: JsonObject, algorithms: readonly Algorithm[]): ProofHeader {
  const alg = algorithms.find((algorithm) => algorithm === header.alg)
  const isForm =
    header.typ === 'dpop+jwt' &&
    typeof header.jwk === 'object' &&
    !UNSUPPORTED_HEADERS.some((name) => Object.hasOwn(header, name))
  if (alg === undefined || !isForm) throw authError('proof_invalid')
  return { ...knownHeader(proof, header), alg, jwk: header.jwk as JWK }
}

function hasProofClaims(claims: JsonObject): claims is JsonObject & ProofClaims {
  const { jti, htm, htu, iat } = claims
  return (
    typeof jti === 'string' &&
    jti !== '' &&
    typeof htm === 'string' &&
    typeof htu === 'string' &&
    Number.isFinite(iat)
  )
}

/**
 * The key of a proof, when it is the one that the token is bound to.
 *
 * @throws `binding_mismatch` for another key.
 * @throws `proof_invalid` for a key that must not be used: a private or symmetric one, one that is too weak.
 */
export async function importBoundKey(
  { jwk, alg }: ProofHeader,
  jkt: string | undefined,
): Promise<VerificationKey> {
  if (jkt === undefined || (await thumbprintOf(jwk)) !== jkt) throw authError('binding_mismatch')
  const key = await importVerificationKey(jwk, [alg])
  if (!key) throw authError('proof_invalid')
  return key
}

async function thumbprintOf(jwk: JWK): Promise<string> {
  try {
    return await calculateJwkThumbprint(jwk, 'sha256') // of the members RFC 7638 §3.2 names: never of private ones
  } catch {
    throw authError('proof_invalid') // jose refuses what is no JWK
  }
}
