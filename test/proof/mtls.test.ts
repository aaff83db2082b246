import { once } from 'node:events'
import { Agent, createServer, request as httpsRequest, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import express from 'express'
import { authErrorHandler, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { messages } from '../api.js'
import { sharedIssuer } from '../shared-issuer.js'
import { type Certificate, createCertificate, isWithoutOpenssl } from './certificates.js'
import { answerOf, mismatch, unbound } from './protected-api.js'

const refused = (code: string, description: string) => ({
  status: 401,
  code,
  challenge: `Bearer realm="api", error="invalid_token", error_description="${description}"`,
})
const otherSender = refused('binding_mismatch', mismatch)

describe.skipIf(isWithoutOpenssl)('over TLS', () => {
  const [server, client, thief] = isWithoutOpenssl
    ? ([] as unknown as Certificate[])
    : ['server', 'client', 'thief'].map(createCertificate)
  const { thumbprint } = client ?? {}

  async function setup(options: Partial<RequireAuthOptions> = {}, tls: ServerOptions = {}) {
    const issuer = await sharedIssuer()
    const auth = requireAuth({ issuer: issuer.url, audience: messages, mtls: {}, ...options })
    const app = express()
    app.use(auth, (req, res) => void res.json({ scheme: req.auth?.scheme }))
    app.use(authErrorHandler())
    const { key, cert } = server as Certificate
    const listening = createServer({ key, cert, requestCert: true, rejectUnauthorized: false, ...tls }, app)
    listening.listen(0)
    onTestFinished(() => void listening.close().closeAllConnections())
    await once(listening, 'listening')
    const url = `https://localhost:${(listening.address() as AddressInfo).port}/`

    function send(token: string, certificate?: Certificate, headers: Record<string, string> = {}) {
      const request = supertest(url).get('').ca(cert)
      if (certificate) request.key(certificate.key).cert(certificate.cert)
      return request.set({ Authorization: `Bearer ${token}`, ...headers })
    }
    const token = await issuer.token({ claims: { cnf: { 'x5t#S256': thumbprint } } })
    return { issuer, auth, url, token, send }
  }

  test('a bound token is admitted from the holder of the certificate (RFC 8705 §3)', async () => {
    const { token, send } = await setup()
    const { status, body } = await send(token, client)
    expect({ status, body }).toEqual({ status: 200, body: { scheme: 'Bearer' } })
  })

  test('a bound token is refused with another certificate (RFC 8705 §3)', async () => {
    const { token, send } = await setup()
    expect(answerOf(await send(token, thief))).toEqual(otherSender)
  })

  test('a bound token is refused without a certificate (RFC 8705 §3)', async () => {
    const { token, send } = await setup()
    expect(answerOf(await send(token))).toEqual(otherSender)
  })

  test('a remembered token is refused from anybody else all the same (RFC 8705 §3)', async () => {
    const { token, send } = await setup()
    expect((await send(token, client)).status).toBe(200)
    expect(answerOf(await send(token, thief))).toEqual(otherSender)
    expect(answerOf(await send(token))).toEqual(otherSender)
  })

  test('a resumed TLS session still has its certificate (RFC 8705 §3)', async () => {
    const { token, url } = await setup()
    const { key, cert } = client as Certificate
    const agent = new Agent({ key, cert, ca: server?.cert })
    const statuses = [await statusOf(url, token, agent), await statusOf(url, token, agent)]
    expect(statuses).toEqual([
      { status: 200, resumed: false },
      { status: 200, resumed: true },
    ])
  })

  test.each([
    ['padded', () => `${thumbprint}=`],
    ['in hex', () => client?.der.toString('hex')],
    ['of the PEM', () => Buffer.from(client?.cert ?? '').toString('base64url')],
    ['in base64', () => Buffer.from(thumbprint ?? '', 'base64url').toString('base64')],
    ['empty', () => ''],
  ])(
    'a thumbprint that is %s is none: unpadded base64url of the DER it must be (RFC 8705 §3.1)',
    async (_, form) => {
      const { issuer, send } = await setup()
      const token = await issuer.token({ claims: { cnf: { 'x5t#S256': form() } } })
      expect((await send(token, client)).status).toBe(401)
    },
  )

  test('an unbound token passes, with a certificate or without', async () => {
    const { issuer, send } = await setup()
    const token = await issuer.token()
    expect((await send(token, client)).status).toBe(200)
    expect((await send(token)).status).toBe(200)
  })

  test('an unbound token is refused where a binding is required', async () => {
    const { issuer, token, send } = await setup({ mtls: { required: true } })
    expect(answerOf(await send(await issuer.token(), client))).toEqual(refused('binding_required', unbound))
    expect((await send(token, client)).status).toBe(200)
  })

  test('the token cannot decide that TLS asks for a certificate: without that it is refused (RFC 8705 §3)', async () => {
    const { token, send } = await setup({}, { requestCert: false })
    expect(answerOf(await send(token, client))).toEqual(otherSender)
  })

  test('a bound token is refused while mtls is off (RFC 8705 §3)', async () => {
    const { token, send } = await setup({ mtls: undefined } as never)
    expect(answerOf(await send(token, client))).toEqual(
      refused('binding_unsupported', 'The access token is bound in a way this API does not support'),
    )
  })

  test('a token bound to a key too is refused while dpop is off (RFC 7800 §3.1)', async () => {
    const { issuer, send } = await setup()
    const cnf = { 'x5t#S256': thumbprint, jkt: 'a' }
    expect((await send(await issuer.token({ claims: { cnf } }), client)).body.code).toBe(
      'binding_unsupported',
    )
  })

  test('a token bound to a certificate and a key needs both', async () => {
    const { issuer, send, url } = await setup({ dpop: {} })
    const key = await issuer.dpop()
    const token = await key.token({ claims: { cnf: { jkt: key.jkt, 'x5t#S256': thumbprint } } })
    const proofs = [1, 2, 3].map(() => key.proof('GET', url, token))
    const [first, second, third] = (await Promise.all(proofs)) as [string, string, string]
    const Authorization = `DPoP ${token}`
    expect((await send(token, client, { Authorization, DPoP: first })).status).toBe(200)
    expect((await send(token, thief, { Authorization, DPoP: second })).body.code).toBe('binding_mismatch')
    expect((await send(token, client, { Authorization })).body.code).toBe('proof_missing')
    expect((await send(token, client, { DPoP: third })).body.code).toBe('binding_mismatch')
  })

  test('a certificate header of a client counts for nothing while the proxy is not configured', async () => {
    const { token, send } = await setup()
    const headers = { 'Client-Cert': `:${client?.der.toString('base64')}:` }
    expect(answerOf(await send(token, undefined, headers))).toEqual(otherSender)
  })

  test('verify() takes the certificate in every form', async () => {
    const { auth, token } = await setup()
    const { cert, der } = client as Certificate
    const { X509Certificate } = await import('node:crypto')
    for (const certificate of [cert, der, new X509Certificate(cert), { 'x5t#S256': thumbprint as string }]) {
      await expect(auth.verify(token, { certificate })).resolves.toHaveProperty('token', token)
    }
    for (const certificate of [thief?.cert, thief?.der, 'no certificate', undefined]) {
      await expect(auth.verify(token, { certificate })).rejects.toHaveProperty('code', 'binding_mismatch')
    }
  })
})

function statusOf(url: string, token: string, agent: Agent): Promise<{ status?: number; resumed: boolean }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      { agent, headers: { Authorization: `Bearer ${token}` } },
      (response) => {
        const resumed = (response.socket as TLSSocket).isSessionReused()
        response.resume().on('end', () => resolve({ status: response.statusCode as number, resumed }))
      },
    )
    request.on('error', reject).end()
  })
}
