import { hash } from 'node:crypto'
import type { Auth } from '../auth.js'
import { isSigned } from '../jose/signature.js'
import type { VerificationKey } from '../jose/verification-key.js'
import type { RequestEvidence } from '../presented.js'
import { detailsOf, oneOf } from '../refusal/details.js'
import { type AuthError, authError, outage } from '../refusal/errors.js'
import { shown } from '../refusal/shown.js'
import type { DpopRules } from './dpop-options.js'
import { importBoundKey, type ProofHeader, readProof, type UnverifiedProof } from './dpop-proof.js'
import type { Nonces } from './nonce.js'
import { isSameTarget } from './target-uri.js'

/** Headers that an admitted request is answered with. */
export type ResponseHeaders = Readonly<Record<string, string>>

/**
 * Checks that whoever sent a token holds the key it is bound to, and made this proof for this request just now.
 *
 * What needs no key is checked first and the replay store is asked last, so that an invalid proof costs little and is
 * never remembered. Resolves with a new nonce in headers when the one that was used is getting old.
 *
 * @throws `proof_missing`, `proof_invalid`, `proof_target_mismatch`, `proof_expired`, `proof_replayed`,
 * `nonce_required`, `binding_mismatch`, `replay_store_unavailable`
 * @see RFC 9449 §4.3, §7.1
 */
export type ProofCheck = (
  bound: Auth,
  evidence: RequestEvidence | undefined,
) => Promise<ResponseHeaders | undefined>

export function createProofCheck(rules: DpopRules, clockToleranceSeconds: number): ProofCheck {
  const memoryOf = createMemory()
  const clock = { ...rules, clockToleranceSeconds }
  return async function checkProof(bound, evidence) {
    if (evidence?.proof === undefined) throw authError('proof_missing')
    const memory = memoryOf(bound)
    const proof = readProof(evidence.proof, rules.algorithms, memory.header)
    checkTarget(proof, evidence)
    if (proof.claims.ath !== memory.ath) throw proofInvalid('ath', 'the hash of the access token')
    const createdAt = checkTime(proof, clock)
    const key = proof.header === memory.header ? memory.key : undefined
    if (!(await isSigned(key ?? (await importKey(memory, proof)), proof.jws)))
      throw authError('proof_invalid', {
        details: () => ({ hint: 'the signature is not by the key in jwk' }),
      })
    await checkFirstUse([memory.jkt, proof.claims.htu, proof.claims.jti], createdAt, clock)
    return rules.nonce && renewedNonce(createdAt, clock)
  }
}

interface ProofRules extends DpopRules {
  readonly clockToleranceSeconds: number
}

/** What need not be worked out again for every proof of a bound token. */
interface Memory {
  readonly jkt: string | undefined
  readonly ath: string
  /** Of the last proof that was made with the key the token is bound to. */
  header?: ProofHeader
  key?: VerificationKey
}

/** Kept for each bound token as long as the token's verdict is. */
function createMemory() {
  const memories = new WeakMap<Auth, Memory>()
  return (bound: Auth): Memory => {
    const former = memories.get(bound)
    if (former) return former
    const memory = { jkt: bound.claims.cnf?.jkt, ath: hash('sha256', bound.token, 'base64url') }
    memories.set(bound, memory)
    return memory
  }
}

async function importKey(memory: Memory, { header }: UnverifiedProof): Promise<VerificationKey> {
  const key = await importBoundKey(header, memory.jkt)
  return Object.assign(memory, { header, key }).key
}

function proofInvalid(claim: string, expected: string): AuthError {
  return authError('proof_invalid', { details: () => ({ claim, expected }) })
}

/** The method is case-sensitive (RFC 9110 §9.1). */
function checkTarget({ claims: { htm, htu } }: UnverifiedProof, { method, urls }: RequestEvidence): void {
  if (htm === method && urls.some((url) => isSameTarget(htu, url))) return
  throw authError('proof_target_mismatch', {
    details: () =>
      detailsOf({
        claim: 'htm and htu',
        expected: shown(`${method} ${oneOf(urls) || 'a request target that is a URL'}`),
        received: `${htm} ${htu}`,
        hint: 'a proof names the public URL: set publicUrl, or let trust proxy name the proxy',
      }),
  })
}

/** When the proof was made: by its nonce, which needs no clock of the client's, else by its own `iat`. */
function checkTime({ claims }: UnverifiedProof, rules: ProofRules): number {
  const { nonce: nonces, maxAgeSeconds, clockToleranceSeconds } = rules
  const now = Date.now() / 1000
  const createdAt = nonces ? nonces.issuedAt(claims.nonce) : claims.iat
  const isRecent =
    createdAt !== undefined &&
    createdAt <= now + clockToleranceSeconds &&
    now < createdAt + maxAgeSeconds + clockToleranceSeconds
  if (!isRecent) throw nonces ? nonceRequired(nonces) : expired(claims.iat, maxAgeSeconds)
  const { nbf = Number.NEGATIVE_INFINITY, exp = Number.POSITIVE_INFINITY } = claims
  if (nbf <= now + clockToleranceSeconds && now < exp + clockToleranceSeconds) return createdAt
  const expected = `nbf before and exp after ${Math.floor(now)}`
  throw authError('proof_expired', {
    details: () => detailsOf({ claim: 'nbf, exp', expected, received: { nbf: claims.nbf, exp: claims.exp } }),
  })
}

function expired(iat: number, maxAgeSeconds: number): AuthError {
  const expected = `no older than ${maxAgeSeconds} s at ${Math.floor(Date.now() / 1000)}`
  return authError('proof_expired', { details: () => detailsOf({ claim: 'iat', expected, received: iat }) })
}

function nonceRequired(nonces: Nonces): AuthError {
  return authError('nonce_required', { headers: { ...nonceHeaders(nonces) } })
}

/** A nonce must not be served from a cache (RFC 9449 §8.2). */
function nonceHeaders(nonces: Nonces): ResponseHeaders {
  return { 'DPoP-Nonce': nonces.issue(), 'Cache-Control': 'no-store' }
}

function renewedNonce(issuedAt: number, { nonce, maxAgeSeconds }: ProofRules): ResponseHeaders | undefined {
  return nonce && Date.now() / 1000 > issuedAt + maxAgeSeconds / 2 ? nonceHeaders(nonce) : undefined
}

/**
 * Only a hash is kept, so that a long `jti` costs no memory (RFC 9449 §11.1). It is kept for as long as any machine
 * could accept the proof again: clocks may differ by the tolerance in both directions.
 */
async function checkFirstUse(use: readonly unknown[], createdAt: number, rules: ProofRules): Promise<void> {
  const { replayStore, maxAgeSeconds, clockToleranceSeconds } = rules
  const acceptableUntil = createdAt + maxAgeSeconds + 2 * clockToleranceSeconds
  const id = hash('sha256', JSON.stringify(use), 'base64url')
  let isFirst: unknown
  try {
    isFirst = await replayStore.claim(id, acceptableUntil - Date.now() / 1000)
  } catch (error) {
    throw outage('replay_store_unavailable', 1, error) // a store that cannot tell must not let a replay pass
  }
  if (isFirst !== true) throw authError('proof_replayed')
}
