import type { Request } from 'express'
import { type Check, oneOf, wrong } from '../options/checks.js'
import type { ClientCertificate } from '../presented.js'
import { isFromTrustedProxy } from './request-url.js'

/**
 * How a proxy that ends TLS hands on the client's certificate.
 *
 * @example
 * const format: CertificateFormat = 'nginx'
 */
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

const checkFormat = oneOf(...(Object.keys(formats) as CertificateFormat[]))

/** A field name (RFC 9110 §5.1). */
const checkHeader: Check<string> = (value, name) => {
  if (typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value)) return value
  throw wrong(name, 'the name of a header', value)
}

/**
 * Reads the client certificate from the header of a proxy, for `mtls.certificate`.
 *
 * Believes the header only when the peer is one that Express's `trust proxy` names by address. Where `trust proxy` is
 * `true` or a number of hops, a request with a certificate-bound token is a fault, since any peer would be believed. The proxy must replace
 * whatever the client sent under that name. A header that is repeated, malformed or from another peer counts as none.
 *
 * @param header Default: the format's own header.
 * @throws TypeError for an unknown format or no header's name.
 * @see RFC 8705 §6.5, RFC 9440
 *
 * @example
 * app.set('trust proxy', '10.0.0.0/8')
 * app.use(requireAuth({ issuer, audience, mtls: { certificate: forwardedCertificate('nginx') } }))
 */
export function forwardedCertificate(
  format: CertificateFormat,
  header?: string,
): (req: Request) => ClientCertificate | undefined {
  const { read, header: usual } = formats[checkFormat(format, 'forwardedCertificate format')]
  const name = header === undefined ? usual : checkHeader(header, 'forwardedCertificate header')
  return (req) => {
    checkTrust(req)
    const value = req.get(name)
    return value && isFromTrustedProxy(req) ? read(value) : undefined
  }
}

function checkTrust(req: Request): void {
  const setting: unknown = req.app.get('trust proxy')
  if (setting !== true && typeof setting !== 'number') return
  throw new Error(
    "forwardedCertificate needs proxies named by address: app.set('trust proxy', '10.0.0.0/8'), not true or a number",
  )
}

/** `$ssl_client_escaped_cert` and ALB's headers. They never hold a comma: with one, it was sent twice. */
function fromEscapedPem(value: string): string | undefined {
  if (value.includes(',')) return undefined
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** A pair of Envoy's element: `Key=text` or `Key="quoted, with \" escaped"`. Read in one pass from where it stands. */
const PAIR = /([A-Za-z]+)=(?:"(?:[^"\\]|\\.)*"|([^",;]*))(;|$)/y

/**
 * Envoy's `Hash` is the SHA-256 of the DER. The value must be a single element as a whole: several mean several hops,
 * and nobody can tell whose certificate each is.
 */
function fromForwardedClientCert(value: string): ClientCertificate | undefined {
  const hashes = hashesIn(value)
  const [hash = ''] = hashes ?? []
  if (hashes?.length !== 1 || !/^[0-9a-f]{64}$/i.test(hash)) return undefined
  return { 'x5t#S256': Buffer.from(hash, 'hex').toString('base64url') }
}

/** Undefined for what is no element to its very end: a quote that the client left open swallows what follows. */
function hashesIn(value: string): string[] | undefined {
  const hashes: string[] = []
  PAIR.lastIndex = 0
  while (PAIR.lastIndex < value.length) {
    const [, key, text = ''] = PAIR.exec(value) ?? []
    if (key === undefined) return undefined
    if (key.toLowerCase() === 'hash') hashes.push(text)
  }
  return value.endsWith(';') ? undefined : hashes
}

/** `:base64 of the DER:` (RFC 9440 §2.1, RFC 9651 §3.3.5). */
function fromByteSequence(value: string): Uint8Array | undefined {
  const [, base64] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value.trim()) ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}
