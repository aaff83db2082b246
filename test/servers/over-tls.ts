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
