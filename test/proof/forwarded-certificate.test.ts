import express from 'express'
import { authErrorHandler, forwardedCertificate, type MtlsOptions, requireAuth } from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { messages } from '../api.js'
import { sharedIssuer } from '../shared-issuer.js'
import { type Certificate, createCertificate, isWithoutOpenssl } from './certificates.js'
import { answerOf, listen, mismatch } from './protected-api.js'

const otherSender = {
  status: 401,
  code: 'binding_mismatch',
  challenge: `Bearer realm="api", error="invalid_token", error_description="${mismatch}"`,
}

const escaped = ({ cert }: Certificate) => encodeURIComponent(cert)
/** ALB leaves these three as they are. */
const escapedByAlb = (certificate: Certificate) =>
  escaped(certificate).replaceAll('%2B', '+').replaceAll('%2F', '/').replaceAll('%3D', '=')
const xfcc = (certificate: Certificate) =>
  `By=spiffe://cluster/api;Hash=${Buffer.from(certificate.thumbprint, 'base64url').toString('hex')};` +
  `Cert="${escaped(certificate)}";Subject="CN=a, b;Hash=${'0'.repeat(64)}";URI=`
const byteSequence = ({ der }: Certificate) => `:${der.toString('base64')}:`

describe.skipIf(isWithoutOpenssl)('behind a proxy', () => {
  const [client, thief] = (isWithoutOpenssl ? [] : ['client', 'thief'].map(createCertificate)) as [
    Certificate,
    Certificate,
  ]

  async function setup(certificate: MtlsOptions['certificate'], trustProxy: unknown = 'loopback') {
    const issuer = await sharedIssuer()
    const app = express()
    app.set('trust proxy', trustProxy)
    app.use(
      requireAuth({ issuer: issuer.url, audience: messages, mtls: { certificate: certificate as never } }),
    )
    app.use((_req, res) => void res.end())
    app.use(authErrorHandler())
    const url = await listen(app)
    const token = await issuer.token({ claims: { cnf: { 'x5t#S256': client.thumbprint } } })
    return (headers: Record<string, string | string[]>) =>
      supertest(url)
        .get('/')
        .set({ Authorization: `Bearer ${token}`, ...headers } as never)
  }

  describe.each([
    ['nginx', 'X-SSL-Client-Cert', escaped],
    ['aws-alb', 'X-Amzn-Mtls-Clientcert-Leaf', escapedByAlb],
    ['envoy', 'X-Forwarded-Client-Cert', xfcc],
    ['rfc9440', 'Client-Cert', byteSequence],
  ] as const)('%s', (format, header, write) => {
    test('the certificate in the header is the one of the client (RFC 8705 §6.5)', async () => {
      const send = await setup(forwardedCertificate(format))
      expect((await send({ [header]: write(client) })).status).toBe(200)
      expect(answerOf(await send({ [header]: write(thief) }))).toEqual(otherSender)
      expect(answerOf(await send({}))).toEqual(otherSender)
    })

    test('the header counts only from a trusted proxy (RFC 8705 §6.5)', async () => {
      for (const trustProxy of [false, '10.0.0.1']) {
        const send = await setup(forwardedCertificate(format), trustProxy)
        expect(answerOf(await send({ [header]: write(client) }))).toEqual(otherSender)
      }
    })

    test('the header sent twice says nothing', async () => {
      const send = await setup(forwardedCertificate(format))
      expect(answerOf(await send({ [header]: [write(client), write(client)] }))).toEqual(otherSender)
      expect(answerOf(await send({ [header]: [write(thief), write(client)] }))).toEqual(otherSender)
    })

    test.each(['', 'x', '%', '%E0%A4%A', '::', ':x', '(null)', 'Hash=', 'Hash=xyz', 'Cert="'])(
      'a malformed header says nothing: %j',
      async (value) => {
        const send = await setup(forwardedCertificate(format))
        expect(answerOf(await send({ [header]: value }))).toEqual(otherSender)
      },
    )

    test('the header may have another name', async () => {
      const send = await setup(forwardedCertificate(format, 'X-Client'))
      expect((await send({ 'X-Client': write(client) })).status).toBe(200)
      expect(answerOf(await send({ [header]: write(client) }))).toEqual(otherSender)
    })
  })

  test('of a chain the first certificate counts', async () => {
    const send = await setup(forwardedCertificate('aws-alb', 'X-Amzn-Mtls-Clientcert'))
    const chain = ([first, second]: [Certificate, Certificate]) =>
      encodeURIComponent(first.cert + second.cert)
    expect((await send({ 'X-Amzn-Mtls-Clientcert': chain([client, thief]) })).status).toBe(200)
    expect((await send({ 'X-Amzn-Mtls-Clientcert': chain([thief, client]) })).status).toBe(401)
  })

  test('text in quotes does not pass for an element of Envoy', async () => {
    const send = await setup(forwardedCertificate('envoy'))
    const hash = Buffer.from(client.thumbprint, 'base64url').toString('hex')
    const value = `Subject="CN=\\";Hash=${hash};x=\\"";Hash=${'0'.repeat(64)}`
    expect(answerOf(await send({ 'X-Forwarded-Client-Cert': value }))).toEqual(otherSender)
    expect(answerOf(await send({ 'X-Forwarded-Client-Cert': `Hash=${hash};Hash=${hash}` }))).toEqual(
      otherSender,
    )
  })

  test('a source of the application may answer later', async () => {
    const send = await setup(async () => client.cert)
    expect((await send({})).status).toBe(200)
    const without = await setup(async () => null)
    expect(answerOf(await without({}))).toEqual(otherSender)
  })

  test('a source that throws is a fault of the application', async () => {
    const send = await setup(() => {
      throw new Error('no such header')
    })
    const { status, headers } = await send({})
    expect(status).toBe(500)
    expect(headers).not.toHaveProperty('www-authenticate')
  })
})
