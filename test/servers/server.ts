import type { RequestHandler } from 'express'
import type { RequireAuthOptions } from 'express-require-auth'
import type { Certificate } from '../proof/certificates.js'

/** An authorization server that the library is proven against. Each has a folder with a `server.ts`. */
export interface AuthorizationServer {
  /** Name of its folder, and of `--only`. */
  readonly name: string
  readonly title: string
  /** The pinned version. */
  readonly version: string
  /** True, or why this machine cannot run it: a contributor's run leaves it out then, and CI fails. */
  available(): true | string
  /** Installs what is missing, from package registries, into `cacheFolder`. The second call finds all there. */
  install(): Promise<void>
  /** Starts it on loopback, with a client, an API and its keys. */
  start(): Promise<RunningServer>
  /** Why a check is not made: the server cannot do what it needs. */
  readonly cannot: Partial<Record<CheckName, string>>
}

/** A check whose function is absent here needs a reason in `cannot`. No answer of a server is simulated. */
export interface RunningServer {
  readonly issuer: string
  /** The recipe's own options, as `examples/providers` exports them. */
  readonly options: RequireAuthOptions
  /** The recipe's check of scope or role. */
  readonly permission?: RequestHandler
  /** Its access tokens are no JWTs: `opaque-checks.ts` stands in for the checks that look into them. */
  readonly opaque?: true
  /** Gets a token that the API takes. Every call gets a new one. */
  token(): Promise<string>
  tokenForAnotherAudience?(): Promise<string>
  /** Gets one that is good, but for the scope or role that `permission` asks for. */
  tokenWithoutPermission?(): Promise<string>
  /** Gets one that ends within 10 seconds. */
  shortLivedToken?(): Promise<string>
  /** New tokens have a new key from now on. Keys that were published stay. */
  rotateKey?(): Promise<void>
  /** The key before the last rotation leaves the key set. */
  withdrawOldKey?(): Promise<void>
  /** It publishes one key alone: `rotateKey` withdraws the one before at once. */
  readonly replacesKey?: true
  readonly introspection?: Introspected
  readonly dpop?: DpopBound
  readonly mtls?: CertificateBound
  /** Ends the process. Its port stays reserved for `restart`. */
  stop(): Promise<void>
  restart(): Promise<void>
  /** Ends everything for good. */
  close(): Promise<void>
}

export interface Introspected {
  /** As in `options`, with introspection. */
  readonly options: RequireAuthOptions
  /** Gets a token that the server is asked about: an opaque one where the server has them. */
  token(): Promise<string>
  /** Absent where the server has no revocation endpoint for it. */
  revoke?(token: string): Promise<void>
}

export interface DpopBound {
  /** As in `options`, with `dpop`. */
  readonly options: RequireAuthOptions
  /** Gets a token that is bound to the key which signs the proofs. */
  token(proof: TokenEndpointProof): Promise<string>
}

/** Makes the value of a `DPoP` header for a request to the server itself. */
export type TokenEndpointProof = (method: string, url: string, nonce?: string) => Promise<string>

export interface CertificateBound {
  /** As in `options`, with `mtls`. */
  readonly options: RequireAuthOptions
  /** The client's certificate, which the server had to know when it started. */
  readonly certificate: Certificate
  token(): Promise<string>
}

/** In the order in which they run. */
export const CHECKS = [
  'good token',
  'tampered',
  'wrong audience',
  'missing permission',
  'expired',
  'doctor',
  'introspection',
  'revocation',
  'DPoP',
  'certificate binding',
  'new key',
  'withdrawn key',
  'server stopped',
] as const

export type CheckName = (typeof CHECKS)[number]
