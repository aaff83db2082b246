import express from 'express'
import { requireAuth, requireClaim, requireScopes } from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { sharedIssuer } from '../shared-issuer.js'
import { havePeers, peer, peerPackage } from './peers.js'
import { audience, type Call, get, serve, statusOf, trustOf, withToken } from './side-by-side.js'

const issuer = await sharedIssuer()

describe.skipIf(!havePeers())('side by side with', () => {
  describe('express-oauth2-jwt-bearer', () => {
    const theirs = () => peerPackage('express-oauth2-jwt-bearer')
    const protect = (options = {}) => theirs().auth({ issuerBaseURL: issuer.url, audience, ...options })
    const ours = () => requireAuth({ issuer: issuer.url, audience })

    test('claimIncludes wants all of its values, requireClaim one', async () => {
      const call = withToken({ claims: { roles: ['a'] } })
      expect(await statusOf(call, protect(), theirs().claimIncludes('roles', 'a', 'b'))).toBe(401)
      expect(await statusOf(call, ours(), requireClaim('roles', 'a', 'b'))).toBe(200)
      expect(await statusOf(call, ours(), requireClaim('roles', 'a'), requireClaim('roles', 'b'))).toBe(403)
    })

    test('claimIncludes parts text at its spaces, requireClaim does not', async () => {
      const call = withToken({ claims: { roles: 'a b' } })
      expect(await statusOf(call, protect(), theirs().claimIncludes('roles', 'a'))).toBe(200)
      expect(await statusOf(call, ours(), requireClaim('roles', 'a'))).toBe(403)
    })

    test('requiredScopes takes one text with spaces, requireScopes one scope per argument', async () => {
      const call = withToken({ scope: 'read write' })
      expect(await statusOf(call, protect(), theirs().requiredScopes('read write'))).toBe(200)
      expect(() => requireScopes('read write')).toThrow(TypeError)
    })

    test('authRequired: false admits a bad token, optional: true does not', async () => {
      const call = withToken({ expiresInSeconds: -60 })
      expect(await statusOf(call, protect({ authRequired: false }))).toBe(200)
      expect(await statusOf(call, requireAuth({ issuer: issuer.url, audience, optional: true }))).toBe(401)
    })

    test('a token in the body of a form is read without being asked to', async () => {
      const token = await issuer.token({ audience })
      const call: Call = (app) => supertest(app).post('/').type('form').send({ access_token: token })
      const form = express.urlencoded()
      expect(await statusOf(call, form, protect())).toBe(200)
      expect(await statusOf(call, form, ours())).toBe(401)
      expect(
        await statusOf(
          call,
          form,
          requireAuth({ issuer: issuer.url, audience, tokenFrom: ['header', 'body'] }),
        ),
      ).toBe(200)
    })

    test('scopes in scp count here alone', async () => {
      const call = withToken({ claims: { scope: undefined, scp: ['read'] } })
      expect(await statusOf(call, protect(), theirs().requiredScopes('read'))).toBe(403)
      expect(await statusOf(call, ours(), requireScopes('read'))).toBe(200)
    })

    test('a wrong proof is 400, here 401; a proof that was used before passes there', async () => {
      const key = await issuer.dpop()
      const token = await key.token({ audience })
      const url = 'http://api.example/'
      const send =
        (proof: string): Call =>
        (app) =>
          get(app).set({ Authorization: `DPoP ${token}`, DPoP: proof, Host: 'api.example' })
      const protectedBy = [protect(), requireAuth({ issuer: issuer.url, audience, dpop: {} })]
      const answers = async (proof: string) => {
        const statuses = []
        for (const handler of protectedBy) statuses.push(await statusOf(send(proof), handler))
        return statuses
      }
      expect(await answers(await key.proof('POST', url, token))).toEqual([400, 401])
      const proof = await key.proof('GET', url, token)
      expect(await answers(proof)).toEqual([200, 200])
      expect(await answers(proof)).toEqual([200, 401])
    })

    test('its checks without its middleware are 401, ours are a fault', async () => {
      expect(await statusOf(get, theirs().requiredScopes('read'))).toBe(401)
      expect(await statusOf(get, requireScopes('read'))).toBe(500)
    })

    test('payload becomes claims', async () => {
      const call = withToken({ claims: { sub: 'ada' } })
      const { body } = await await call(serve(protect()))
      expect(body.auth.payload.sub).toBe('ada')
      const found = await await call(serve(ours()))
      expect(found.body.auth).not.toHaveProperty('payload')
      expect(found.body.auth.claims.sub).toBe('ada')
    })
  })

  describe('express-jwt', () => {
    test('req.auth is the claims there: req.auth.sub is undefined here', async () => {
      const call = withToken({ claims: { sub: 'ada' } })
      const theirs = await await call(serve(await peer('express-jwt', trustOf(issuer.url))))
      expect(theirs.body.auth.sub).toBe('ada')
      const ours = await await call(serve(requireAuth({ issuer: issuer.url, audience })))
      expect(ours.body.auth.sub).toBeUndefined()
      expect(ours.body.auth.subject).toBe('ada')
    })

    test('credentialsRequired: false refuses a bad token, as optional: true does, but not another scheme', async () => {
      const { expressjwt } = peerPackage('express-jwt')
      const { issuer: iss, jwksUri } = trustOf(issuer.url)
      const secret = peerPackage('jwks-rsa').expressJwtSecret({ jwksUri })
      const theirs = expressjwt({
        secret,
        audience,
        issuer: iss,
        algorithms: ['RS256'],
        credentialsRequired: false,
      })
      const ours = requireAuth({ issuer: issuer.url, audience, optional: true })
      const statuses = (call: Call) =>
        Promise.all([theirs, ours].map(async (handler) => (await await call(serve(handler))).status))
      expect(await statuses(withToken({ expiresInSeconds: -60 }))).toEqual([401, 401])
      expect(await statuses((app) => get(app).auth('ada', 'secret'))).toEqual([200, 200])
      expect(await statuses((app) => get(app).set('Authorization', 'Bearer'))).toEqual([401, 400])
    })
  })

  test.each(['express-jwt', 'passport-jwt'])('%s sends no challenge', async (name) => {
    const { headers } = await withToken({ expiresInSeconds: -60 })(
      serve(await peer(name, trustOf(issuer.url))),
    )
    expect(headers).not.toHaveProperty('www-authenticate')
  })

  test('aws-jwt-verify wants one of its scopes, requireScopes all', async () => {
    const { validateJwtFields } = peerPackage('aws-jwt-verify/jwt')
    const token = await issuer.token({ audience, scope: 'read' })
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const wanted = { issuer: issuer.url, audience, scope: ['read', 'write'] }
    expect(() => validateJwtFields(claims, wanted)).not.toThrow()
    const app = serve(requireAuth({ issuer: issuer.url, audience }), requireScopes('read', 'write'))
    expect((await get(app).auth(token, { type: 'bearer' })).status).toBe(403)
  })

  test("@okta/jwt-verifier's name.includes wants all of its values", async () => {
    const OktaJwtVerifier = peerPackage('@okta/jwt-verifier')
    const { issuer: iss, jwksUri } = trustOf(issuer.url)
    const verifier = new OktaJwtVerifier({
      issuer: iss,
      jwksUri,
      testing: { disableHttpsCheck: true },
      assertClaims: { 'groups.includes': ['a', 'b'] },
    })
    const verify = async (groups: string[]) =>
      verifier.verifyAccessToken(await issuer.token({ audience, claims: { groups } }), audience)
    await expect(verify(['a'])).rejects.toThrow("does not include expected value 'b'")
    await expect(verify(['a', 'b'])).resolves.toBeDefined()
  })
})
