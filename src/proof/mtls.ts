import { bool, func } from '../options/checks.js'
import { type Checked, type Fields, maybe, or } from '../options/schema.js'
import type { ClientCertificate } from '../presented.js'

/**
 * Finds the client certificate of a request.
 *
 * @example
 * const fromHeader: CertificateSource<Request> = (req) => decodeURIComponent(req.get('x-client-cert') ?? '')
 */
export type CertificateSource<Context> = (
  context: Context,
) => ClientCertificate | undefined | null | Promise<ClientCertificate | undefined | null>

export interface MtlsOptions<Context> {
  /** Refuses tokens that are not bound to a certificate. Default false. */
  required?: boolean
  /**
   * Finds the client's certificate. Default: the one of the TLS connection. Behind a proxy that ends TLS:
   * `forwardedCertificate(...)`. Errors it throws go to the error handler untouched.
   */
  certificate?: CertificateSource<Context>
}

export const MTLS_FIELDS = {
  required: or(false, bool),
  certificate: maybe(func<CertificateSource<never>>()),
} satisfies Fields<MtlsOptions<never>>

/** Options once checked. */
export type MtlsRules = Checked<typeof MTLS_FIELDS>
