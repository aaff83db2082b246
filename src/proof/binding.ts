import type { Request } from 'express'
import { after } from '../after.js'
import type { Scheme } from '../challenge.js'
import { authError } from '../errors.js'
import { createProofCheck, type KeyBoundToken } from './dpop.js'
import { type DpopOptions, type DpopRules, dpopRules } from './dpop-options.js'
import { type Evidence, evidenceOf } from './evidence.js'
import { createMtls, type Mtls, type MtlsOptions } from './mtls.js'

/** A verified access token with what it is bound to (RFC 7800 §3.1). */
export interface BindableToken extends KeyBoundToken {
  readonly claims: { readonly cnf?: Confirmation }
}

export interface Confirmation {
  /** Thumbprint of a DPoP key (RFC 9449 §6). */
  readonly jkt?: string
  /** Thumbprint of a client certificate (RFC 8705 §3.1). */
  readonly 'x5t#S256'?: string
}

/** Who sent a token: a request, or outside of one what the application says. */
export interface Sender {
  readonly scheme: Scheme
  readonly evidence: Evidence | undefined
  readonly req: Request | undefined
}

/** At once for a token that is not bound, else a promise. */
export type BindingCheck = (token: BindableToken, sender: Sender) => void | Promise<void>

export interface BindingOptions {
  dpop?: DpopOptions
  mtls?: MtlsOptions
}

export interface Bindings {
  readonly dpop: DpopRules | undefined
  /** What tokens may come under: with DPoP on, Bearer too, if only to be told that it will not do. */
  readonly schemes: readonly Scheme[]
  /** Undefined while neither binding is on. */
  readonly checkBinding: BindingCheck | undefined
}

/** Members of `cnf` that the check understands: a token with any other one is refused before. */
export function checkedConfirmations({ dpop, mtls }: BindingOptions): readonly string[] {
  return [...(dpop ? ['jkt'] : []), ...(mtls ? ['x5t#S256'] : [])]
}

/** @throws TypeError naming the option that is wrong. */
export function createBindings(options: BindingOptions, clockToleranceSeconds: number): Bindings {
  const dpop = options.dpop === undefined ? undefined : dpopRules(options.dpop, clockToleranceSeconds)
  const mtls = options.mtls === undefined ? undefined : createMtls(options.mtls)
  return {
    dpop,
    schemes: dpop ? ['Bearer', 'DPoP'] : ['Bearer'],
    checkBinding: dpop || mtls ? createBindingCheck(dpop, mtls) : undefined,
  }
}

/**
 * Checks that a token came from whom it is bound to.
 *
 * @throws `binding_required` for an unbound token where a bound one is needed.
 * @throws `binding_mismatch` for a bound one from anybody else, or sent under the Bearer scheme.
 * @see RFC 9449 §7, RFC 8705 §3
 */
function createBindingCheck(dpop: DpopRules | undefined, mtls: Mtls | undefined): BindingCheck {
  const checkProof = dpop && createProofCheck(dpop)

  return function checkBinding(token, { scheme, evidence, req }) {
    const { jkt, 'x5t#S256': thumbprint } = token.claims.cnf ?? {}
    const isKeyNeeded = dpop?.required || scheme === 'DPoP' // the scheme is for bound tokens only (RFC 9449 §7.1)
    if ((isKeyNeeded && !jkt) || (mtls?.required && !thumbprint)) throw authError('binding_required')
    if (jkt && scheme !== 'DPoP') throw authError('binding_mismatch') // stolen, and sent without proof
    const certified = thumbprint && mtls ? mtls.check(thumbprint, evidence, req) : undefined
    if (!jkt || !checkProof) return certified
    return after(certified, () => checkProof(token, evidence ?? evidenceOf(req as Request), req?.res))
  }
}
