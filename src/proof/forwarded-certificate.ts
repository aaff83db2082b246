import type { Request } from 'express'
import { wrong } from '../option-checks.js'
import type { ClientCertificate } from './client-certificate.js'
import { isFromTrustedProxy } from './evidence.js'

/** How a proxy that ends TLS hands on the client's certificate. */
export type CertificateFormat = 'nginx' | 'envoy' | 'aws-alb' | 'rfc9440'

interface Format {
  header: string
  read: (value: string) => ClientCertificate | undefined
}

const formats: Readonly<Record<CertificateFormat, Format>> = {
  nginx: { header: 'X-SSL-Client-Cert', read: fromEscapedPem }, // by convention: nginx has no name of its own
  envoy: { header: 'X-Forwarded-Client-Cert', read: fromForwardedClientCert },
  'aws-alb': { header: 'X-Amzn-Mtls-Clientcert-Leaf', read: fromEscapedPem },
  rfc9440: { header: 'Client-Cert', read: fromByteSequence },
}

/**
 * Reads the client certificate from the header of a proxy, for `mtls.certificate`.
 *
 * Believes the header only when the peer is one that Express's `trust proxy` names. The proxy must replace whatever
 * the client sent under that name. A header that is repeated, malformed or from anybody else counts as none.
 *
 * @param header Default: the format's own header.
 * @throws TypeError for an unknown format.
 * @see RFC 8705 §6.5, RFC 9440
 */
export function forwardedCertificate(
  format: CertificateFormat,
  header?: string,
): (req: Request) => ClientCertificate | undefined {
  if (!Object.hasOwn(formats, format)) {
    throw wrong('forwardedCertificate', `one of ${Object.keys(formats).join(', ')}`, format)
  }
  const { read, header: usual } = formats[format]
  const name = header ?? usual
  return (req) => {
    const value = req.get(name)
    return value && isFromTrustedProxy(req) ? read(value) : undefined
  }
}

/** `$ssl_client_escaped_cert` and ALB's headers. No comma is ever in it: with one, it was sent twice. */
function fromEscapedPem(value: string): string | undefined {
  if (value.includes(',')) return undefined
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Envoy's `Hash` is the SHA-256 of the DER. Several elements mean several hops: whose certificate, nobody can say. */
function fromForwardedClientCert(value: string): ClientCertificate | undefined {
  const unquoted = value.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  if (unquoted.includes(',')) return undefined
  const hashes = [...unquoted.matchAll(/(?:^|;)\s*hash=([^;]*)/gi)]
  const [, hash = ''] = hashes[0] ?? []
  if (hashes.length !== 1 || !/^[0-9a-f]{64}$/i.test(hash)) return undefined
  return { 'x5t#S256': Buffer.from(hash, 'hex').toString('base64url') }
}

/** `:base64 of the DER:` (RFC 9440 §2.1, RFC 9651 §3.3.5). */
function fromByteSequence(value: string): Uint8Array | undefined {
  const [, base64] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value.trim()) ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}
