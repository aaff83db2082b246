import { ALGORITHMS, type Algorithm } from '../jwk.js'
import * as check from '../option-checks.js'
import { createNonces, type NonceOptions, type Nonces } from './nonce.js'
import { createMemoryReplayStore, type ReplayStore } from './replay-store.js'

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

/** Options once checked. */
export interface DpopRules {
  readonly required: boolean
  readonly algorithms: readonly Algorithm[]
  readonly maxAgeSeconds: number
  readonly clockToleranceSeconds: number
  readonly nonces: Nonces | undefined
  readonly replayStore: ReplayStore
}

const NAMES: readonly (keyof DpopOptions)[] = [
  'required',
  'algorithms',
  'maxAgeSeconds',
  'nonce',
  'replayStore',
]

const DEFAULT_ALGORITHMS: readonly Algorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
  'PS256',
  'RS256',
]

/** @throws TypeError naming the option that is wrong. */
export function dpopRules(options: DpopOptions, clockToleranceSeconds: number): DpopRules {
  check.checkNames('dpop', check.plainObject('dpop', options), NAMES)
  const { required = false, algorithms = DEFAULT_ALGORITHMS, maxAgeSeconds = 300 } = options
  const { nonce, replayStore = createMemoryReplayStore() } = options
  check.func('dpop.replayStore.claim', check.plainObject('dpop.replayStore', replayStore).claim)
  return Object.freeze({
    required: check.bool('dpop.required', required),
    algorithms: check.someOf('dpop.algorithms', algorithms, ALGORITHMS),
    maxAgeSeconds: check.positive('dpop.maxAgeSeconds', maxAgeSeconds),
    clockToleranceSeconds,
    nonces: nonce === undefined ? undefined : createNonces(nonce),
    replayStore,
  })
}
