import express from 'express'
import {
  authErrorHandler,
  type CertificateFormat,
  forwardedCertificate,
  type MtlsOptions,
  requireAuth,
} from 'express-require-auth'
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

  const hashOf = ({ thumbprint }: Certificate) => Buffer.from(thumbprint, 'base64url').toString('hex')
  const own = () => `Hash=${hashOf(thief)};Subject="CN=thief"`

  test.each([
    [
      'an open quote of the client that swallows the element of the proxy',
      () => `Hash=${hashOf(client)};Subject="`,
    ],
    ['one that ends within it', () => `Hash=${hashOf(client)};Subject="x\\`],
    ['one with a pair after it', () => `Hash=${hashOf(client)};Subject="";URI="`],
    ['a whole element of the client', () => `Hash=${hashOf(client)}`],
    ['an empty element of the client', () => ''],
    ['a pair that opens a quote, and nothing else', () => 'Subject="'],
  ])('Envoy: %s says nothing', async (_, sentByClient) => {
    const send = await setup(forwardedCertificate('envoy'))
    for (const element of [own(), `Hash=${hashOf(thief)}`, `By=x;Hash=${hashOf(client)};Subject=""`]) {
      const joined = { 'X-Forwarded-Client-Cert': [sentByClient(), element] }
      expect(answerOf(await send(joined))).toEqual(otherSender)
      const appended = { 'X-Forwarded-Client-Cert': `${sentByClient()},${element}` }
      expect(answerOf(await send(appended))).toEqual(otherSender)
    }
  })

  test.each([
    ['two hashes', () => `Hash=${hashOf(client)};Hash=${hashOf(client)}`],
    ['two hashes in other case', () => `Hash=${hashOf(client)};hash=${hashOf(thief)}`],
    ['two elements', () => `Hash=${hashOf(client)},Hash=${hashOf(client)}`],
    ['a semicolon at its end', () => `Hash=${hashOf(client)};`],
    ['a semicolon at its start', () => `;Hash=${hashOf(client)}`],
    ['a space in front', () => `By=x; Hash=${hashOf(client)}`],
    ['a hash in quotes', () => `Hash="${hashOf(client)}"`],
    ['a longer hash', () => `Hash=${hashOf(client)}00`],
    ['text behind the hash', () => `Hash=${hashOf(client)}x`],
    ['text in front of the hash', () => `Hash=x${hashOf(client)}`],
    ['text behind a quote', () => `By="x"y;Hash=${hashOf(client)}`],
    ['a quote within text', () => `By=x"y;Hash=${hashOf(client)}`],
    ['a pair without a name', () => `="x";Hash=${hashOf(client)}`],
  ])('Envoy: an element with %s says nothing', async (_, write) => {
    const send = await setup(forwardedCertificate('envoy'))
    expect(answerOf(await send({ 'X-Forwarded-Client-Cert': write() }))).toEqual(otherSender)
  })

  test('Envoy: the name of a pair has any case, and its text any order', async () => {
    const send = await setup(forwardedCertificate('envoy'))
    for (const value of [`hash=${hashOf(client)}`, `DNS=a;URI=;HASH=${hashOf(client).toUpperCase()};DNS=b`])
      expect((await send({ 'X-Forwarded-Client-Cert': value })).status).toBe(200)
  })

  const certificateIn = (format: CertificateFormat, value: string) => {
    const app = express().set('trust proxy', 'loopback')
    const req = { app, socket: { remoteAddress: '127.0.0.1' }, get: () => value }
    return forwardedCertificate(format)(req as never)
  }

  test('Envoy: a hash that is too long is no hash', () => {
    expect(certificateIn('envoy', `Hash=00${hashOf(client)}`)).toBeUndefined()
  })

  test('RFC 9440: spaces around the certificate do not count (RFC 9651 §4.2)', () => {
    expect(certificateIn('rfc9440', `  ${byteSequence(client)}  `)).toEqual(client.der)
  })

  test('Envoy: runs of quotes and backslashes cost no more than their length', () => {
    const thumbprintIn = (value: string) => certificateIn('envoy', value)
    const run = '\\"'.repeat(100_000)
    const hash = hashOf(client)
    const startedAt = performance.now()
    expect(thumbprintIn(`Subject="${run}";Hash=${hash}`)).toEqual({ 'x5t#S256': client.thumbprint })
    expect(thumbprintIn(`Hash=${hash};Subject="${run}`)).toBeUndefined()
    expect(thumbprintIn(`${run}Hash=${hash}`)).toBeUndefined()
    expect(thumbprintIn(`Hash=${hash};${'a="";'.repeat(100_000)}b=`)).toEqual({
      'x5t#S256': client.thumbprint,
    })
    expect(performance.now() - startedAt).toBeLessThan(2000) // a quadratic one takes minutes
  })

  test.each([true, 1, 2])('trust proxy %j is a fault: any peer would be believed', async (trustProxy) => {
    for (const format of ['nginx', 'envoy', 'aws-alb', 'rfc9440'] as const) {
      const send = await setup(forwardedCertificate(format), trustProxy)
      const { status, text, headers } = await send({})
      expect([status, headers['www-authenticate']]).toEqual([500, undefined])
      expect(text).toContain('forwardedCertificate needs proxies named by address')
      expect(text).toContain('not true or a number')
    }
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

test.each([5, '', ' ', 'X Client', 'X-Client:', 'X-Client\r\nX: y', null, {}, () => 'X-Client'])(
  'a header named %j is refused at construction',
  (header) => {
    const create = () => forwardedCertificate('nginx', header as never)
    expect(create).toThrow(TypeError)
    expect(create).toThrow('forwardedCertificate header must be the name of a header')
  },
)
