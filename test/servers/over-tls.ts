import { X509Certificate } from 'node:crypto'
import type { JWK } from 'jose'
import supertest from 'supertest'
import type { Certificate } from '../proof/certificates.js'

/** Posts a form with a client certificate. The server's own certificate is self-signed and not looked at. */
export async function postOverTls(url: string, form: Record<string, string>, { key, cert }: Certificate) {
  const { status, text } = await supertest(url)
    .post('')
    .type('form')
    .key(key)
    .cert(cert)
    .disableTLSCerts()
    .send(form)
  if (status !== 200) throw new Error(`POST ${url} answered ${status}: ${text.slice(0, 500)}`)
  return JSON.parse(text)
}

/** The certificate as a client registers it (RFC 8705 §2.2). */
export function jwkOf({ cert, der }: Certificate): JWK {
  const { publicKey } = new X509Certificate(cert)
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), x5c: [der.toString('base64')] }
}
