import { hash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type CertificateFormat, forwardedCertificate } from 'express-require-auth'
import { goodClaims } from '../../../craft.js'
import { createProbe } from '../../target.js'
import { common, type GuidedTarget, headerValue, requestWith, tokenWith, wordsIn } from '../target.js'

const pem = readFileSync(new URL('../certificate.pem', import.meta.url), 'utf8')
const { raw } = new X509Certificate(pem)
const base64 = raw.toString('base64')
const hex = hash('sha256', raw, 'hex')
const token = tokenWith(goodClaims({ cnf: { 'x5t#S256': hash('sha256', raw, 'base64url') } }))

interface Reader {
  format: CertificateFormat
  header: string
  good: string
  /** Whether the certificate is in the header at all. */
  shows: (value: string) => boolean
}

const lettersOf = (value: string) => value.replace(/[^A-Za-z0-9+/]/g, '')
const showsBase64 = (value: string) => lettersOf(value).includes(lettersOf(base64))
const showsPem = (value: string) =>
  showsBase64(
    value.replace(/%[0-9a-f]{2}/gi, (octet) => String.fromCharCode(Number.parseInt(octet.slice(1), 16))),
  )

const readers: readonly Reader[] = [
  {
    format: 'envoy',
    header: 'X-Forwarded-Client-Cert',
    good: 'Hash=$hash',
    shows: (value) => value.toLowerCase().includes(hex),
  },
  { format: 'nginx', header: 'X-SSL-Client-Cert', good: '$pem', shows: showsPem },
  { format: 'aws-alb', header: 'X-Amzn-Mtls-Clientcert-Leaf', good: '$pem', shows: showsPem },
  { format: 'rfc9440', header: 'Client-Cert', good: ':$der:', shows: showsBase64 },
]

const probes = readers.map(({ format, header, good, shows }) => {
  const mtls = { certificate: forwardedCertificate(format) }
  const probe = createProbe({ options: { ...common, mtls }, trustProxy: 'loopback' })
  return (input: string, value: string) => {
    const mayPass = shows(value) ? undefined : false
    return probe(requestWith(['Authorization', `Bearer ${token}`, header, value], input === good || mayPass))
  }
})

/** The header of a proxy in each format. `$pem`, `$der` and `$hash` stand for the client's certificate. */
export const certificate: GuidedTarget = {
  name: 'certificate',
  good: '$pem',
  words: wordsIn(
    'Hash= By= Cert= Chain= Subject=" URI= DNS= " \\" ; , = : % %0A %2 $hash $pem $der',
    '-----BEGIN%20CERTIFICATE----- -----END%20CERTIFICATE-----',
  ),
  async judge(input) {
    const filled = input
      .replaceAll('$pem', encodeURIComponent(pem))
      .replaceAll('$der', base64)
      .replaceAll('$hash', hex)
    for (const probe of probes) {
      const complaint = await probe(input, headerValue(filled))
      if (complaint) return complaint
    }
    return undefined
  },
}
