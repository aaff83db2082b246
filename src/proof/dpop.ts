import { hash } from 'node:crypto'
import type { Response } from 'express'
import { type AuthError, authError, outage } from '../errors.js'
import type { VerificationKey } from '../jwk.js'
import { isSignedBy } from '../signature.js'
import type { DpopRules } from './dpop-options.js'
import { importBoundKey, type ProofHeader, readProof, type UnverifiedProof } from './dpop-proof.js'
import type { Evidence } from './evidence.js'
import type { Nonces } from './nonce.js'
import { isSameTarget } from './target-uri.js'

/** A verified access token that is bound to a key. */
export interface KeyBoundToken {
  readonly token: string
  readonly claims: { readonly cnf?: { readonly jkt?: string } }
}

/**
 * Checks that whoever sent a token holds the key it is bound to, and made this proof for this request just now.
 *
 * What needs no key is checked first and the replay store is asked last, so that an invalid proof costs little and is
 * never remembered. `res` is given a new nonce when the one that was used is getting old.
 *
 * @throws `proof_missing`, `proof_invalid`, `proof_target_mismatch`, `proof_expired`, `proof_replayed`,
 * `nonce_required`, `binding_mismatch`, `replay_store_unavailable`
 * @see RFC 9449 §4.3, §7.1
 */
export type ProofCheck = (
  bound: KeyBoundToken,
  evidence: Evidence,
  res: Response | undefined,
) => Promise<void>

export function createProofCheck(rules: DpopRules): ProofCheck {
  const knownOf = createMemory()
  return async function checkProof(bound, evidence, res) {
    if (evidence.proof === undefined) throw authError('proof_missing')
    const known = knownOf(bound)
    const proof = readProof(evidence.proof, rules.algorithms, known.header)
    checkTarget(proof, evidence)
    if (proof.claims.ath !== known.ath) throw authError('proof_invalid')
    const createdAt = checkTime(proof, rules)
    const key = proof.header === known.header ? known.key : undefined
    if (!(await isSignedBy(proof.text, key ?? (await importKey(known, proof)))))
      throw authError('proof_invalid')
    await checkFirstUse([known.jkt, proof.claims.htu, proof.claims.jti], createdAt, rules)
    if (rules.nonces && res) renewNonce(res, createdAt, rules)
  }
}

/** What need not be worked out for every proof of a bound token. */
interface Known {
  readonly jkt: string | undefined
  readonly ath: string
  /** Of the last proof that was made with the key the token is bound to. */
  header?: ProofHeader
  key?: VerificationKey
}

/** Kept for each bound token as long as the token's verdict is. */
function createMemory() {
  const memory = new WeakMap<KeyBoundToken, Known>()
  return (bound: KeyBoundToken): Known => {
    const former = memory.get(bound)
    if (former) return former
    const known = { jkt: bound.claims.cnf?.jkt, ath: hash('sha256', bound.token, 'base64url') }
    memory.set(bound, known)
    return known
  }
}

async function importKey(known: Known, { header }: UnverifiedProof): Promise<VerificationKey> {
  const key = await importBoundKey(header, known.jkt)
  return Object.assign(known, { header, key }).key
}

/** The method is case-sensitive (RFC 9110 §9.1). */
function checkTarget({ claims: { htm, htu } }: UnverifiedProof, { method, url }: Evidence): void {
  const isTarget = htm === method && url !== undefined && isSameTarget(htu, url)
  if (!isTarget) throw authError('proof_target_mismatch')
}

/** When the proof was made: by its nonce, which needs no clock of the client's, else by its own word. */
function checkTime({ claims }: UnverifiedProof, rules: DpopRules): number {
  const { nonces, maxAgeSeconds, clockToleranceSeconds } = rules
  const now = Date.now() / 1000
  const createdAt = nonces ? nonces.issuedAt(claims.nonce) : claims.iat
  const isRecent =
    createdAt !== undefined &&
    createdAt <= now + clockToleranceSeconds &&
    now < createdAt + maxAgeSeconds + clockToleranceSeconds
  if (isRecent) return createdAt
  throw nonces ? nonceRequired(nonces) : authError('proof_expired')
}

function nonceRequired(nonces: Nonces): AuthError {
  return Object.assign(authError('nonce_required'), { headers: nonceHeaders(nonces) })
}

/** A nonce must not be served from a cache (RFC 9449 §8.2). */
function nonceHeaders(nonces: Nonces): Record<string, string> {
  return { 'DPoP-Nonce': nonces.issue(), 'Cache-Control': 'no-store' }
}

function renewNonce(res: Response, issuedAt: number, { nonces, maxAgeSeconds }: DpopRules): void {
  if (nonces && Date.now() / 1000 > issuedAt + maxAgeSeconds / 2) res.set(nonceHeaders(nonces))
}

/**
 * Only a hash is kept, so a long `jti` costs no memory (RFC 9449 §11.1). It is kept for as long as any machine could
 * accept the proof again: clocks may differ by the tolerance in both directions.
 */
async function checkFirstUse(use: readonly unknown[], createdAt: number, rules: DpopRules): Promise<void> {
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
