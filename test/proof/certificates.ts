import { execFileSync } from 'node:child_process'
import { hash, X509Certificate } from 'node:crypto'

export interface Certificate {
  key: string
  /** PEM. */
  cert: string
  der: Buffer
  /** As in a bound token's `cnf`. */
  thumbprint: string
}

/** Makes a self-signed certificate for localhost, with a key of its own. */
export function createCertificate(name: string): Certificate {
  const pem = execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', '-', '-out', '-'],
    ],
    { encoding: 'utf8', stdio: 'pipe' },
  )
  const [key = ''] = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----\n/.exec(pem) ?? []
  const [cert = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem) ?? []
  const der = new X509Certificate(cert).raw
  return { key, cert, der, thumbprint: hash('sha256', der, 'base64url') }
}

/** Whether tests that need certificates are left out: never in CI. */
export const isWithoutOpenssl = !process.env.CI && !hasOpenssl()

if (isWithoutOpenssl) console.warn('Tests with client certificates are skipped: there is no openssl command')

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
