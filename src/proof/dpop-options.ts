import { ALGORITHMS, type Algorithm } from '../jose/algorithms.js'
import { bool, having, seconds, someOf } from '../options/checks.js'
import { type Checked, type Fields, maybe, or } from '../options/schema.js'
import { checkedNonces, type NonceOptions } from './nonce.js'
import { createMemoryReplayStore, type ReplayStore } from './replay-store.js'

/**
 * How tokens that are bound to a key of the client are taken. @see RFC 9449
 *
 * @example
 * const dpop: DpopOptions = { required: true, nonce: { secrets: process.env.NONCE_SECRET ?? '' } }
 */
export interface DpopOptions {
  /** Refuses tokens that are not bound to a key. Default false: Bearer tokens are taken beside bound ones. */
  required?: boolean
  /** Signature algorithms of proofs. Default: ES256, ES384, ES512, Ed25519, EdDSA, PS256, RS256. */
  algorithms?: readonly Algorithm[]
  /** Oldest acceptable proof, in seconds since its `iat`, or with `nonce` since its nonce. Default 300. @see RFC 9449 §11.1 */
  maxAgeSeconds?: number
  /** Demands a nonce of this server in every proof. Default: off. @see RFC 9449 §9 */
  nonce?: NonceOptions
  /** Remembers used proofs. Default: in this process only. For several machines: `express-require-auth/redis`. */
  replayStore?: ReplayStore
}

const DEFAULT_ALGORITHMS: readonly Algorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
  'PS256',
  'RS256',
]

export const DPOP_FIELDS = {
  required: or(false, bool),
  algorithms: or(DEFAULT_ALGORITHMS, someOf(ALGORITHMS)),
  maxAgeSeconds: or(300, seconds({ min: 'above 0', max: 3600 })),
  nonce: maybe(checkedNonces),
  replayStore: or<ReplayStore, ReplayStore>(createMemoryReplayStore, having<ReplayStore>('claim')),
} satisfies Fields<DpopOptions>

/** Options once checked. */
export type DpopRules = Checked<typeof DPOP_FIELDS>
