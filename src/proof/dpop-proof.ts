import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Algorithm } from '../jose/algorithms.js'
import {
  type JsonObject,
  type KnownHeader,
  knownHeader,
  parseCompactJws,
  type UnverifiedJws,
} from '../jose/compact-jws.js'
import { importKey, usableJwk, type VerificationKey } from '../jose/verification-key.js'
import { detailsOf } from '../refusal/details.js'
import { authError, isAuthError } from '../refusal/errors.js'

/** A DPoP proof in due form. Its signature is not verified, nor anything in it. */
export interface UnverifiedProof {
  readonly jws: UnverifiedJws
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
  if (typeof text !== 'string' || text.length > MAX_PROOF_LENGTH) throw authError('proof_invalid')
  const jws = parse(text, known)
  const { header, claims } = jws
  if (!hasProofClaims(claims)) throw authError('proof_invalid')
  if (header === known?.header) return { jws, header: known, claims }
  return { jws, header: proofHeader(text, header, algorithms), claims }
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
    header.jwk !== null &&
    !UNSUPPORTED_HEADERS.some((name) => Object.hasOwn(header, name))
  if (alg === undefined || !isForm) throw authError('proof_invalid')
  return { ...knownHeader(proof, header), alg, jwk: header.jwk as JWK }
}

/** `nbf` and `exp` count where a client writes them (RFC 7519 §4.1.4, §4.1.5). */
function hasProofClaims(claims: JsonObject): claims is JsonObject & ProofClaims {
  const { jti, htm, htu, iat, nbf, exp } = claims
  return (
    typeof jti === 'string' &&
    jti !== '' &&
    typeof htm === 'string' &&
    typeof htu === 'string' &&
    Number.isFinite(iat) &&
    [nbf, exp].every((time) => time === undefined || Number.isFinite(time))
  )
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
  const received = await thumbprintOf(jwk)
  if (jkt === undefined || received !== jkt) {
    const expected = `a proof by the key with thumbprint ${jkt}`
    throw authError('binding_mismatch', { details: () => detailsOf({ claim: 'cnf', expected, received }) })
  }
  const usable = usableJwk(jwk, [alg])
  const key = usable && (await importKey(usable))
  if (!key) throw authError('proof_invalid')
  return key
}

async function thumbprintOf(jwk: JWK): Promise<string> {
  try {
    return await calculateJwkThumbprint(jwk, 'sha256') // of the members RFC 7638 §3.2 names, never of private ones
  } catch {
    throw authError('proof_invalid') // jose refuses what is no JWK
  }
}
