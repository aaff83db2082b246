import type { Request } from 'express'
import { after } from '../after.js'
import type { Scheme } from '../challenge.js'
import { authError, type RefusalCode } from '../errors.js'
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

  function checkCertificate({ claims }: BindableToken, { evidence, req }: Sender): void | Promise<void> {
    const thumbprint = claims.cnf?.['x5t#S256']
    if (thumbprint === undefined) return demand(!mtls?.required, 'binding_required')
    if (!mtls) throw authError('binding_unsupported')
    return mtls.check(thumbprint, evidence, req)
  }

  function checkKey(token: BindableToken, { scheme, evidence, req }: Sender): void | Promise<void> {
    const isDpop = scheme === 'DPoP'
    // the scheme is for bound tokens only (RFC 9449 §7.1)
    if (token.claims.cnf?.jkt === undefined) return demand(!dpop?.required && !isDpop, 'binding_required')
    if (!checkProof) throw authError('binding_unsupported')
    demand(isDpop, 'binding_mismatch') // a thief would send it without proof
    return checkProof(token, evidence ?? evidenceOf(req as Request), req?.res)
  }

  return (token, sender) => after(checkCertificate(token, sender), () => checkKey(token, sender))
}

function demand(condition: boolean, code: RefusalCode): void {
  if (!condition) throw authError(code)
}
