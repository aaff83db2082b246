import express from 'express'
import {
  authErrorHandler,
  forwardedCertificate,
  type RequireAuthOptions,
  requireAuth,
  requireScopes,
} from 'express-require-auth'
import { decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { messages } from '../api.js'
import { type Certificate, createCertificate, isWithoutOpenssl } from './certificates.js'
import { client, startCertifiedServer } from './certified-server.js'
import { answerOf, listen } from './protected-api.js'

const noProof =
  'DPoP realm="api", algs="ES256", error="invalid_dpop_proof", error_description="The DPoP proof is missing"'

describe.skipIf(isWithoutOpenssl)('tokens of a certified authorization server', () => {
  const [server, own, other] = (
    isWithoutOpenssl ? [] : ['server', 'client', 'thief'].map(createCertificate)
  ) as [Certificate, Certificate, Certificate]

  async function setup(options: Partial<RequireAuthOptions>, certificateBound = false) {
    const accessTokenFormat = options.introspection ? 'opaque' : 'jwt'
    const certified = await startCertifiedServer({
      audience: messages,
      accessTokenFormat,
      certificateBound,
      certificate: server,
    })
    onTestFinished(certified.close)
    const app = express()
    app.set('trust proxy', 'loopback')
    app.use(requireAuth({ issuer: certified.issuer, audience: messages, ...options }))
    app.use(requireScopes('read:messages'), (req, res) => void res.json({ scheme: req.auth?.scheme }))
    app.use(authErrorHandler())
    const url = new URL('/messages', await listen(app))
    const config = await openid.discovery(
      new URL(certified.issuer),
      client.id,
      undefined,
      openid.ClientSecretBasic(client.secret),
      { execute: [openid.allowInsecureRequests] },
    )
    return { url, config, certified }
  }

  const grant = { scope: 'read:messages', resource: messages }

  test('a token in the profile of RFC 9068 is admitted, and refused when it is tampered with', async () => {
    const { url, config } = await setup({ profile: 'rfc9068' })
    const { access_token: token } = await openid.clientCredentialsGrant(config, grant)
    expect(decodeProtectedHeader(token).typ).toBe('at+jwt')
    expect((await openid.fetchProtectedResource(config, token, url, 'GET')).status).toBe(200)
    const response = await bearer(url, withClaims(token, { sub: 'auth0|eve' }))
    expect(answerOf(response)).toMatchObject({ status: 401, code: 'signature_invalid' })
  })

  async function setupDpop(options: Partial<RequireAuthOptions> = {}) {
    const api = await setup({ dpop: { required: true, algorithms: ['ES256'] }, ...options })
    const keys = await generateKeyPair('ES256', { extractable: true })
    const DPoP = openid.getDPoPHandle(api.config, keys)
    const { access_token: token } = await openid.clientCredentialsGrant(api.config, grant, { DPoP })
    const call = (handle = DPoP) =>
      openid.fetchProtectedResource(api.config, token, api.url, 'GET', undefined, undefined, { DPoP: handle })
    return { ...api, DPoP, token, call }
  }

  test('a token bound to a DPoP key by openid-client is admitted with its proofs (RFC 9449 §7.1)', async () => {
    const { token, call } = await setupDpop()
    expect(decodeJwt(token).cnf).toEqual({ jkt: expect.stringMatching(/^[\w-]{43}$/) })
    for (const _ of [1, 2]) {
      const response = await call()
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ scheme: 'DPoP' })
    }
  })

  test('openid-client takes up the nonce it is given (RFC 9449 §9)', async () => {
    const dpop = { algorithms: ['ES256' as const], nonce: { secrets: 'x'.repeat(32) } }
    const { call } = await setupDpop({ dpop })
    expect((await call()).status).toBe(200)
  })

  test('a token bound to a DPoP key is refused with another key, as Bearer, without proof and tampered with', async () => {
    const { url, config, token, call } = await setupDpop()
    const thief = openid.getDPoPHandle(config, await generateKeyPair('ES256', { extractable: true }))
    await expect(call(thief)).rejects.toMatchObject({
      cause: [{ scheme: 'dpop', parameters: { error: 'invalid_token', algs: 'ES256' } }],
    })
    expect(answerOf(await bearer(url, token)).code).toBe('binding_mismatch')
    const withoutProof = await supertest(url.href).get('').set('Authorization', `DPoP ${token}`)
    expect(answerOf(withoutProof)).toEqual({ status: 401, code: 'proof_missing', challenge: noProof })
    const unbound = withClaims(token, { cnf: undefined })
    expect(answerOf(await bearer(url, unbound)).code).toBe('signature_invalid')
  })

  test('the proof of openid-client is refused when it is tampered with', async () => {
    const { url, token, config, DPoP } = await setupDpop()
    let proof = ''
    config[openid.customFetch] = async (_, { headers }) => {
      proof = headers.dpop as string
      return new Response()
    }
    await openid.fetchProtectedResource(config, token, url, 'GET', undefined, undefined, { DPoP })
    const headers = { Authorization: `DPoP ${token}`, DPoP: withClaims(proof, { htm: 'POST' }) }
    expect(answerOf(await supertest(url.href).post('').set(headers)).code).toBe('proof_invalid')
    expect(
      (
        await supertest(url.href)
          .get('')
          .set({ ...headers, DPoP: proof })
      ).status,
    ).toBe(200)
  })

  async function setupMtls(options: Partial<RequireAuthOptions> = {}) {
    const mtls = { required: true, certificate: forwardedCertificate('rfc9440') }
    const api = await setup({ mtls, ...options }, true)
    const { body } = await supertest(api.certified.mtlsTokenEndpoint)
      .post('')
      .ca(server.cert)
      .key(own.key)
      .cert(own.cert)
      .auth(client.id, client.secret)
      .type('form')
      .send({ grant_type: 'client_credentials', ...grant })
    return { ...api, token: body.access_token as string }
  }

  test('a token bound to a certificate is admitted with it alone (RFC 8705 §3)', async () => {
    const { url, token } = await setupMtls()
    expect(decodeJwt(token).cnf).toEqual({ 'x5t#S256': own.thumbprint })
    expect((await bearer(url, token, own)).status).toBe(200)
    expect(answerOf(await bearer(url, token, other)).code).toBe('binding_mismatch')
    expect(answerOf(await bearer(url, token)).code).toBe('binding_mismatch')
    const rebound = withClaims(token, { cnf: { 'x5t#S256': other.thumbprint } })
    expect(answerOf(await bearer(url, rebound, other)).code).toBe('signature_invalid')
  })

  const introspection = { clientId: client.id, clientSecret: client.secret }

  test('an opaque token is bound to a DPoP key by what introspection says (RFC 9449 §6.2)', async () => {
    const { config, url, token, call } = await setupDpop({ introspection })
    expect(token).not.toContain('.')
    for (const _ of [1, 2]) expect(await (await call()).json()).toEqual({ scheme: 'DPoP' })
    const thief = openid.getDPoPHandle(config, await generateKeyPair('ES256', { extractable: true }))
    await expect(call(thief)).rejects.toMatchObject({ cause: [{ parameters: { error: 'invalid_token' } }] })
    expect(answerOf(await bearer(url, token)).code).toBe('binding_mismatch')
    expect(answerOf(await bearer(url, `${token}x`)).code).toBe('token_inactive')
  })

  test('an opaque token is bound to a certificate by what introspection says (RFC 8705 §3.2)', async () => {
    const { url, token } = await setupMtls({ introspection })
    expect(token).not.toContain('.')
    expect((await bearer(url, token, own)).status).toBe(200)
    expect(answerOf(await bearer(url, token, other)).code).toBe('binding_mismatch')
    expect(answerOf(await bearer(url, token)).code).toBe('binding_mismatch')
  })

  test('an opaque token that is bound is refused while no binding is on (RFC 8705 §3.2)', async () => {
    const { url, token } = await setupMtls({ introspection, mtls: undefined } as never)
    expect(answerOf(await bearer(url, token, own)).code).toBe('binding_unsupported')
  })
})

function bearer(url: URL, token: string, certificate?: Certificate) {
  const request = supertest(url.href).get('').set('Authorization', `Bearer ${token}`)
  return certificate ? request.set('Client-Cert', `:${certificate.der.toString('base64')}:`) : request
}

/** A JWS with other claims and its old signature. */
function withClaims(jws: string, claims: Record<string, unknown>): string {
  const [header, , signature] = jws.split('.')
  const changed = Buffer.from(JSON.stringify({ ...decodeJwt(jws), ...claims })).toString('base64url')
  return `${header}.${changed}.${signature}`
}
