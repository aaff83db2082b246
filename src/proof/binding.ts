import type { Auth } from '../auth.js'
import { after } from '../net/after.js'
import type { ClientCertificate, Presented } from '../presented.js'
import { detailsOf, type Finding } from '../refusal/details.js'
import { type AuthError, authError } from '../refusal/errors.js'
import { thumbprintOf } from './client-certificate.js'
import { createProofCheck, type ResponseHeaders } from './dpop.js'
import type { DpopRules } from './dpop-options.js'
import type { MtlsRules } from './mtls.js'

/**
 * Checks that a token came from whom it is bound to: at once for one that is not bound, else later.
 *
 * @throws `binding_required` for an unbound token where a bound one is needed.
 * @throws `binding_mismatch` for a bound one from anybody else, or sent under the Bearer scheme.
 * @see RFC 9449 §7, RFC 8705 §3
 */
export type BindingCheck = (
  auth: Auth,
  presented: Presented,
) => ResponseHeaders | undefined | Promise<ResponseHeaders | undefined>

/** The bindings that are on. */
export interface BindingRules {
  readonly dpop: DpopRules | undefined
  readonly mtls: MtlsRules | undefined
  readonly clockToleranceSeconds: number
}

/** The members of `cnf` that are checked: a token bound by other means only is refused before. */
export function checkedConfirmations({ dpop, mtls }: Pick<BindingRules, 'dpop' | 'mtls'>): readonly string[] {
  return [...(dpop ? ['jkt'] : []), ...(mtls ? ['x5t#S256'] : [])]
}

/** Undefined while no binding is on. */
export function createBindingCheck(rules: BindingRules): BindingCheck | undefined {
  const { dpop, mtls } = rules
  if (!dpop && !mtls) return undefined
  const checkCertificate = createCertificateCheck(mtls)
  const checkKey = createKeyCheck(rules)
  return (auth, presented) => after(checkCertificate(auth, presented), () => checkKey(auth, presented))
}

function createCertificateCheck(mtls: MtlsRules | undefined) {
  return ({ claims }: Auth, { evidence, context }: Presented): void | Promise<void> => {
    const thumbprint = claims.cnf?.['x5t#S256']
    if (thumbprint === undefined && mtls?.required) throw unbound('x5t#S256')
    if (thumbprint === undefined) return
    if (!mtls) throw authError('binding_unsupported')
    const find = context === undefined ? undefined : mtls.certificate
    const certificate = find ? find(context as never) : evidence?.certificate
    return after(certificate, (found) => checkThumbprint(thumbprint, found))
  }
}

function checkThumbprint(expected: string, certificate: ClientCertificate | undefined | null): void {
  const received = certificate ? thumbprintOf(certificate) : undefined
  if (received !== expected)
    throw mismatch({ expected: `a client certificate with x5t#S256 ${expected}`, received })
}

function createKeyCheck({ dpop, clockToleranceSeconds }: BindingRules): BindingCheck {
  const checkProof = dpop && createProofCheck(dpop, clockToleranceSeconds)
  return (auth, { scheme, evidence }) => {
    const isDpop = scheme === 'DPoP'
    // the scheme is for bound tokens only (RFC 9449 §7.1)
    const isBound = auth.claims.cnf?.jkt !== undefined
    if (!isBound && (dpop?.required || isDpop)) throw unbound('jkt')
    if (!isBound) return undefined
    if (!checkProof) throw authError('binding_unsupported')
    // a thief would send it without proof
    if (!isDpop) throw mismatch({ expected: 'the DPoP scheme with a proof', received: scheme })
    return checkProof(auth, evidence)
  }
}

function unbound(member: string): AuthError {
  const hint = 'have the authorization server bind the token to its client'
  return authError('binding_required', { details: () => detailsOf({ claim: 'cnf', expected: member, hint }) })
}

function mismatch(finding: Finding): AuthError {
  return authError('binding_mismatch', { details: () => detailsOf({ claim: 'cnf', ...finding }) })
}
