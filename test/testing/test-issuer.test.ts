import { connect } from 'node:net'
import { northwind, startTestIssuer } from 'express-require-auth/testing'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'
import { messages, startedIssuer } from './started-issuer.js'

const jwks = '.well-known/jwks.json'

describe('domains', () => {
  test.each(['url', 'customUrl'] as const)('the %s answers with metadata that names it', async (name) => {
    const issuer = await startedIssuer()
    for (const path of ['openid-configuration', 'oauth-authorization-server']) {
      const { status, body } = await supertest(issuer[name]).get(`.well-known/${path}`)
      expect(status).toBe(200)
      expect(body.issuer).toBe(issuer[name])
      expect(body.jwks_uri).toBe(`${issuer[name]}.well-known/jwks.json`)
      expect(body.token_endpoint).toBe(`${issuer[name]}oauth/token`)
    }
  })

  test('both domains publish the same keys', async () => {
    const issuer = await startedIssuer()
    const [canonical, custom] = await Promise.all([
      supertest(issuer.url).get(jwks),
      supertest(issuer.customUrl).get(jwks),
    ])
    expect(custom.body).toEqual(canonical.body)
  })

  test('a fixed port is used, and refused with EADDRINUSE when it is taken', async () => {
    const { url } = await startedIssuer()
    const port = Number(new URL(url).port)
    await expect(startTestIssuer({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('the JWK Set', () => {
  test('holds the public half of one RSA key', async () => {
    const issuer = await startedIssuer()
    const { body } = await supertest(issuer.url).get(jwks)
    expect(body).toEqual({
      keys: [
        { kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB', n: expect.any(String), kid: expect.any(String) },
      ],
    })
  })

  test('is not sent again to who has it', async () => {
    const issuer = await startedIssuer()
    const { headers } = await supertest(issuer.url).get(jwks)
    expect(headers['cache-control']).toBeUndefined()
    const again = await supertest(issuer.url).get(jwks).set('If-None-Match', String(headers.etag))
    expect(again.status).toBe(304)
  })

  test('says how long it may be cached when set to', async () => {
    const issuer = await startedIssuer({ jwksMaxAgeSeconds: 60 })
    const { headers } = await supertest(issuer.url).get(jwks)
    expect(headers['cache-control']).toBe('public, max-age=60')
  })

  test('loses the former key when keys are rotated', async () => {
    const issuer = await startedIssuer()
    const former = decodeProtectedHeader(await issuer.token()).kid
    await issuer.rotateKeys()
    const { body } = await supertest(issuer.url).get(jwks)
    expect(body.keys.map(({ kid }: { kid: string }) => kid)).toEqual([
      decodeProtectedHeader(await issuer.token()).kid,
    ])
    expect(body.keys[0].kid).not.toBe(former)
  })

  test('keeps the former key when told to', async () => {
    const issuer = await startedIssuer()
    const former = decodeProtectedHeader(await issuer.token()).kid
    await issuer.rotateKeys({ signingKey: readyKey(), keepPrevious: true })
    const { body } = await supertest(issuer.url).get(jwks)
    expect(body.keys.map(({ kid }: { kid: string }) => kid)).toEqual([
      decodeProtectedHeader(await issuer.token()).kid,
      former,
    ])
  })
})

describe('token()', () => {
  test('signs a token for the default API that the published keys verify', async () => {
    const issuer = await startedIssuer()
    const keys = createRemoteJWKSet(new URL(jwks, issuer.url))
    const { payload, protectedHeader } = await jwtVerify(await issuer.token(), keys)
    const { iat = 0, ...claims } = payload
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
    expect(claims).toEqual({
      iss: issuer.url,
      sub: 'messages-worker@clients',
      aud: messages,
      exp: iat + 86400,
      scope: 'read:messages',
      azp: 'messages-worker',
    })
  })

  test('takes audience, scope, lifetime and issuer', async () => {
    const issuer = await startedIssuer()
    const token = await issuer.token({
      audience: ['https://a.example', 'https://b.example'],
      scope: 'one two',
      expiresInSeconds: -60,
      issuer: issuer.customUrl,
    })
    const { iat = 0, ...claims } = decodeJwt(token)
    expect(claims).toMatchObject({
      aud: ['https://a.example', 'https://b.example'],
      scope: 'one two',
      exp: iat - 60,
      iss: issuer.customUrl,
    })
  })

  test('adds, replaces and removes claims and header members', async () => {
    const issuer = await startedIssuer()
    const token = await issuer.token({
      claims: { sub: 'auth0|ada', scope: undefined, org_id: 'org_1' },
      header: { alg: 'none', kid: undefined, crit: ['b64'] },
    })
    expect(decodeJwt(token)).toMatchObject({ sub: 'auth0|ada', org_id: 'org_1' })
    expect(decodeJwt(token)).not.toHaveProperty('scope')
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'none', typ: 'JWT', crit: ['b64'] })
  })

  test('leaves the scope out when it is empty', async () => {
    const issuer = await startedIssuer()
    expect(decodeJwt(await issuer.token({ scope: '' }))).not.toHaveProperty('scope')
  })

  test('follows the profile of the API', async () => {
    const api = { ...northwind.apis[0], tokenProfile: 'rfc9068' } as const
    const issuer = await startedIssuer({ tenant: { ...northwind, apis: [api] } })
    const token = await issuer.token()
    expect(decodeProtectedHeader(token).typ).toBe('at+jwt')
    expect(decodeJwt(token)).toMatchObject({ client_id: 'messages-worker', jti: expect.any(String) })
  })

  test('asks nothing over HTTP', async () => {
    const issuer = await startedIssuer()
    await issuer.token()
    expect(Object.values(issuer.requests).every((count) => count === 0)).toBe(true)
  })
})

describe('requests', () => {
  test('counts every endpoint on its own, and no preflight', async () => {
    const issuer = await startedIssuer()
    const agent = supertest(issuer.url)
    await agent.get('.well-known/openid-configuration')
    await agent.get('.well-known/oauth-authorization-server?x=1')
    await agent.get(jwks)
    await agent.post('oauth/token')
    await agent.options('oauth/token')
    await agent.get('elsewhere')
    expect(issuer.requests).toEqual({
      discovery: 2,
      jwks: 1,
      token: 1,
      authorize: 0,
      userinfo: 0,
      revoke: 0,
      introspect: 0,
      logout: 0,
    })
  })

  test('counts during an outage too', async () => {
    const issuer = await startedIssuer()
    issuer.outage('error')
    await supertest(issuer.url).get(jwks)
    expect(issuer.requests.jwks).toBe(1)
  })
})

describe('close()', () => {
  test('destroys connections that never sent a request', async () => {
    const issuer = await startTestIssuer({ signingKey: readyKey() })
    const socket = connect(Number(new URL(issuer.url).port), '127.0.0.1')
    await new Promise((resolve) => socket.on('connect', resolve))
    const ended = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => {})
    await issuer.close()
    await ended
  })

  test('may be called twice', async () => {
    const issuer = await startTestIssuer({ signingKey: readyKey() })
    await issuer.close()
    await issuer.close()
    await expect(fetch(issuer.url)).rejects.toThrow()
  })
})
