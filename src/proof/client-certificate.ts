import { hash, X509Certificate } from 'node:crypto'
import type { ClientCertificate } from '../presented.js'

/** Undefined for what is no certificate. @see RFC 8705 §3.1 */
export function thumbprintOf(certificate: ClientCertificate): string | undefined {
  if (certificate instanceof Uint8Array) return sha256(certificate)
  if (certificate instanceof X509Certificate) return sha256(certificate.raw)
  if (typeof certificate !== 'string') return certificate['x5t#S256']
  try {
    return sha256(new X509Certificate(certificate).raw)
  } catch {
    return undefined // a proxy may pass on what the client sent
  }
}

function sha256(der: Uint8Array): string {
  return hash('sha256', der, 'base64url')
}
