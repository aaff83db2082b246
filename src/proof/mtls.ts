import type { Request } from 'express'
import { after } from '../after.js'
import { authError } from '../errors.js'
import * as check from '../option-checks.js'
import { type ClientCertificate, thumbprintOf, tlsCertificate } from './client-certificate.js'
import type { Evidence } from './evidence.js'

type CertificateSource = (
  req: Request,
) => ClientCertificate | undefined | null | Promise<ClientCertificate | undefined | null>

export interface MtlsOptions {
  /** Refuses tokens that are not bound to a certificate. Default false. */
  required?: boolean
  /**
   * Finds the client's certificate. Default: the one of the TLS connection. Behind a proxy that ends TLS:
   * `forwardedCertificate(...)`. What it throws goes to the error handler as it is.
   */
  certificate?: CertificateSource
}

/** Binding to a client certificate. @see RFC 8705 §3 */
export interface Mtls {
  readonly required: boolean
  /** @throws `binding_mismatch` for another certificate, or none. */
  check(thumbprint: string, evidence: Evidence | undefined, req: Request | undefined): void | Promise<void>
}

/** @throws TypeError naming the option that is wrong. */
export function createMtls(options: MtlsOptions): Mtls {
  check.checkNames('mtls', check.plainObject('mtls', options), ['required', 'certificate'])
  const { required = false, certificate: find = tlsCertificate } = options
  check.func('mtls.certificate', find)
  return {
    required: check.bool('mtls.required', required),
    check(thumbprint, evidence, req) {
      const certificate = evidence || !req ? evidence?.certificate : find(req)
      return after(certificate, (found) => checkThumbprint(thumbprint, found))
    },
  }
}

function checkThumbprint(expected: string, certificate: ClientCertificate | undefined | null): void {
  if (!certificate || thumbprintOf(certificate) !== expected) throw authError('binding_mismatch')
}
