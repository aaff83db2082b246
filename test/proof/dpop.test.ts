import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import supertest from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { frameworks } from '../frameworks.js'
import {
  ALGORITHMS,
  answerOf,
  badProof,
  bareChallenge,
  bearerChallenge,
  dpopChallenge,
  mismatch,
  type Sent,
  setup,
  unbound,
} from './protected-api.js'

const refused = (code: string, error: string, description: string) => ({
  status: 401,
  code,
  challenge: dpopChallenge(error, description),
})
const otherTarget = refused(
  'proof_target_mismatch',
  'invalid_dpop_proof',
  'The DPoP proof is for another method or URL',
)
const outOfTime = refused(
  'proof_expired',
  'invalid_dpop_proof',
  'The DPoP proof is too old or from the future',
)
const noProof = refused('proof_missing', 'invalid_dpop_proof', 'The DPoP proof is missing')
const replayed = refused('proof_replayed', 'invalid_dpop_proof', 'The DPoP proof was used before')
const otherKey = refused('binding_mismatch', 'invalid_token', mismatch)

const now = () => Math.floor(Date.now() / 1000)

describe.each(frameworks)('%s', (_, framework) => {
  test('a bound token with its proof is admitted under the DPoP scheme (RFC 9449 §7.1)', async () => {
    const { send } = await setup({}, framework)
    const { status, body } = await send()
    expect({ status, body }).toEqual({ status: 200, body: { scheme: 'DPoP' } })
  })

  test('the URL is the one the client wrote, under a mounted router (RFC 9449 §4.3-9)', async () => {
    const { send } = await setup({}, framework)
    expect((await send({ path: '/users/inbox?page=2' })).status).toBe(200)
    const inner = await send({ path: '/users/inbox', proof: { url: 'http://127.0.0.1/inbox' } })
    expect(answerOf(inner)).toEqual(otherTarget)
  })

  test('behind a trusted proxy the forwarded scheme and host are the URL (RFC 9449 §4.3-9)', async () => {
    const { app, send } = await setup({}, framework)
    app.set('trust proxy', 'loopback')
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.northwind.com' }
    const proof = { url: 'https://api.northwind.com/messages' }
    expect((await send({ headers, proof })).status).toBe(200)
    expect((await send({ headers, proof: { url: 'https://api.northwind.com:443/messages' } })).status).toBe(
      200,
    )
    expect(answerOf(await send({ headers }))).toEqual(otherTarget)
  })

  test('forwarded scheme and host of anybody else count for nothing (RFC 9449 §4.3-9)', async () => {
    const { send } = await setup({}, framework)
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.northwind.com' }
    const forwarded = await send({ headers, proof: { url: 'https://api.northwind.com/messages' } })
    expect(answerOf(forwarded)).toEqual(otherTarget)
    expect((await send({ headers })).status).toBe(200)
  })
})

describe('the proof', () => {
  test('is one DPoP header: two are refused (RFC 9449 §4.3-1)', async () => {
    const { send, key, url, token } = await setup()
    const proofs = [await key.proof('GET', `${url}/messages`, token), await key.proof('GET', url, token)]
    expect(answerOf(await send({ proof: proofs }))).toEqual(badProof)
    expect(answerOf(await send({ proof: [proofs[0] as string, ''] }))).toEqual(badProof)
  })

  test.each([
    ['no JWT', 'proof'],
    ['empty', ''],
    ['of two parts', 'e30.e30'],
    ['of four parts', 'e30.e30.e30.e30'],
    ['of foreign characters', 'e30.e3 0.e30'],
    ['of arrays', 'W10.W10.W10'],
    ['longer than 8 KiB', `e30.${'e30'.repeat(3000)}.e30`],
  ])('is a well-formed JWT: one that is %s is refused (RFC 9449 §4.3-2)', async (_, proof) => {
    const { send } = await setup()
    expect(answerOf(await send({ proof }))).toEqual(badProof)
  })

  test.each(['jti', 'htm', 'htu', 'iat', 'ath'])(
    'has %s: without, or in a wrong form, it is refused (RFC 9449 §4.3-3)',
    async (name) => {
      const { send } = await setup()
      expect(answerOf(await send({ proof: { claims: { [name]: undefined } } }))).toEqual(badProof)
      expect(answerOf(await send({ proof: { claims: { [name]: null } } }))).toEqual(badProof)
      expect(answerOf(await send({ proof: { claims: { [name]: ['x'] } } }))).toEqual(badProof)
    },
  )

  test('has a jti that says something (RFC 9449 §4.2)', async () => {
    const { send } = await setup()
    expect(answerOf(await send({ proof: { claims: { jti: '' } } }))).toEqual(badProof)
  })

  test.each(['JWT', 'at+jwt', 'dpop', undefined, null])(
    'has typ dpop+jwt: %s is refused (RFC 9449 §4.3-4, §11.5)',
    async (typ) => {
      const { send } = await setup()
      expect(answerOf(await send({ proof: { header: { typ } } }))).toEqual(badProof)
    },
  )

  test.each(['none', 'HS256', 'ES256K', 'es256', 'RS256', undefined, 256])(
    'has an asymmetric algorithm that fits its key: %s is refused (RFC 9449 §4.3-5, §11.6)',
    async (alg) => {
      const { send } = await setup()
      expect(answerOf(await send({ proof: { header: { alg } } }))).toEqual(badProof)
    },
  )

  test('has an algorithm that policy allows (RFC 9449 §4.3-5)', async () => {
    const { send } = await setup({ dpop: { algorithms: ['PS256', 'Ed25519'] } })
    expect(answerOf(await send())).toEqual({
      ...badProof,
      challenge: badProof.challenge.replace(ALGORITHMS, 'PS256 Ed25519'),
    })
  })

  test.each(ALGORITHMS.split(' '))('is verified with %s (RFC 9449 §4.3-5)', async (alg) => {
    const { issuer, send, url } = await setup()
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = await exportJWK(publicKey)
    const { key, token } = await boundTo(issuer, jwk)
    const { ath } = decode(await key.proof('GET', `${url}/messages`, token))
    const proof = await new SignJWT({ jti: 'a', htm: 'GET', htu: `${url}/messages`, ath, iat: now() })
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk })
      .sign(privateKey)
    expect((await send({ token, proof })).status).toBe(200)
  })

  test('has a signature that verifies with its own key (RFC 9449 §4.3-6)', async () => {
    const { send, key, url, token } = await setup()
    const [header, claims] = (await key.proof('GET', `${url}/messages`, token)).split('.')
    const [, , other] = (await key.proof('GET', `${url}/messages`, token)).split('.')
    expect(answerOf(await send({ proof: `${header}.${claims}.${other}` }))).toEqual(badProof)
    expect((await send()).status).toBe(200)
    expect(answerOf(await send({ proof: `${header}.${claims}.${other}` }))).toEqual(badProof)
  })

  test.each([
    ['a private member', { d: 'c2VjcmV0' }],
    ['an empty private member', { d: '' }],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    ['another use', { use: 'enc' }],
    ['another algorithm', { alg: 'ES384' }],
  ])('has a public key for signatures: %s is refused (RFC 9449 §4.3-7)', async (_, members) => {
    const { send, key } = await setup()
    const { code, status } = answerOf(await send({ proof: { header: { jwk: { ...key.jwk, ...members } } } }))
    expect(status).toBe(401)
    expect(code).toBe('kty' in members ? 'binding_mismatch' : 'proof_invalid')
  })

  test.each([undefined, null, 'key', [], {}, { kty: 'EC' }, { kty: 'EC', crv: 'P-256', x: 1, y: 2 }])(
    'has a key: %j is refused (RFC 9449 §4.2)',
    async (jwk) => {
      const { send } = await setup()
      expect(answerOf(await send({ proof: { header: { jwk } } }))).toEqual(badProof)
    },
  )

  test.each([{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { b64: true }])(
    'has no header that changes its meaning: %j is refused (RFC 7515 §4.1.11)',
    async (header) => {
      const { send } = await setup()
      expect(answerOf(await send({ proof: { header } }))).toEqual(badProof)
    },
  )

  test.each(['POST', 'get', 'GET '])(
    'is for the method of the request: %s is refused (RFC 9449 §4.3-8)',
    async (method) => {
      const { send } = await setup()
      expect(answerOf(await send({ proof: { method } }))).toEqual(otherTarget)
      expect((await send({ method: 'POST' })).status).toBe(200)
    },
  )

  test('is for the request URI without query and fragment (RFC 9449 §4.3-9)', async () => {
    const { send, url } = await setup()
    expect((await send({ path: '/messages?page=2' })).status).toBe(200)
    const withQuery = { claims: { htu: `${url}/messages?page=9#top` } }
    expect((await send({ path: '/messages?page=2', proof: withQuery })).status).toBe(200)
  })

  test.each([
    ['/messages/a%7eb', '/messages/a~b'],
    ['/messages/a~b', '/messages/a%7Eb'],
    ['/messages/%c3%a9', '/messages/%C3%A9'],
    ['/messages/%41', '/messages/A'],
    ['/messages/x', '/other/../messages/./x'],
  ])('is compared in normal form: %s is %s (RFC 9449 §4.3-9, RFC 3986 §6.2.2)', async (path, signed) => {
    const { send, url } = await setup()
    expect((await send({ path, proof: { url: url + signed } })).status).toBe(200)
    const upperCase = url.replace('http:', 'HTTP:') + signed
    expect((await send({ path, proof: { url: upperCase } })).status).toBe(200)
  })

  test.each(['/messages/', '/Messages', '/messages%2F', '/messages/a', ''])(
    'is for another path with %s (RFC 9449 §4.3-9)',
    async (path) => {
      const { send, url } = await setup()
      expect(answerOf(await send({ proof: { claims: { htu: url + path } } }))).toEqual(otherTarget)
    },
  )

  test.each([
    'messages',
    '/messages',
    '//127.0.0.1/messages',
    'http:/messages',
    'http://user@HOST/messages',
    'http://:password@HOST/messages',
    'http://HOST\\messages',
    ' http://HOST/messages',
    'http://HOST/mess\nages',
    'https://HOST/messages',
    'http://HOST.evil.example/messages',
    'http://:80/messages',
  ])('names an absolute URI of this server, not %j (RFC 9449 §4.3-9)', async (htu) => {
    const { send, url } = await setup()
    const { host } = new URL(url)
    expect(answerOf(await send({ proof: { claims: { htu: htu.replace('HOST', host) } } }))).toEqual(
      otherTarget,
    )
  })

  test.each([
    [-299, 200],
    [-304, 200],
    [-305, 401],
    [5, 200],
    [6, 401],
    [1e12, 401],
  ])('made %d seconds from now is answered %d (RFC 9449 §4.3-11, §11.1)', async (seconds, status) => {
    vi.setSystemTime(new Date('2026-06-01T12:00:00Z'))
    const { send } = await setup()
    const response = await send({ proof: { claims: { iat: now() + seconds } } })
    vi.useRealTimers()
    expect(response.status).toBe(status)
    if (status === 401) expect(answerOf(response)).toEqual(outOfTime)
  })

  test('may be as old as maxAgeSeconds says (RFC 9449 §11.1)', async () => {
    const { send } = await setup({ dpop: { maxAgeSeconds: 10 }, clockToleranceSeconds: 0 })
    expect((await send({ proof: { claims: { iat: now() - 8 } } })).status).toBe(200)
    expect(answerOf(await send({ proof: { claims: { iat: now() - 11 } } }))).toEqual(outOfTime)
  })

  test('is for the token it comes with (RFC 9449 §4.3-12)', async () => {
    const { send, key, url } = await setup()
    const other = await key.token({ claims: { sub: 'auth0|eve' } })
    const proof = await key.proof('GET', `${url}/messages`, other)
    expect(answerOf(await send({ proof }))).toEqual(badProof)
    expect(answerOf(await send({ proof: await key.proof('GET', `${url}/messages`) }))).toEqual(badProof)
  })

  test('is made with the key the token is bound to (RFC 9449 §4.3-12, §6.1)', async () => {
    const { issuer, send, url, token } = await setup()
    const thief = await issuer.dpop()
    expect((await send()).status).toBe(200)
    expect(answerOf(await send({ proof: await thief.proof('GET', `${url}/messages`, token) }))).toEqual(
      otherKey,
    )
    expect((await send()).status).toBe(200)
  })

  test('cannot pass off another key as the bound one (RFC 9449 §4.3-12)', async () => {
    const { issuer, send, key, url, token } = await setup()
    const thief = await issuer.dpop()
    const proof = await thief.proof('GET', `${url}/messages`, token, { header: { jwk: key.jwk } })
    expect(answerOf(await send({ proof }))).toEqual(badProof)
  })

  test('is good for one use, until its time is over (RFC 9449 §11.1)', async () => {
    const { send, key, url, token } = await setup()
    const proof = await key.proof('GET', `${url}/messages`, token)
    expect((await send({ proof })).status).toBe(200)
    expect(answerOf(await send({ proof }))).toEqual(replayed)
    expect(answerOf(await send({ proof, path: '/messages?again=1' }))).toEqual(replayed)
  })

  test('is known by its jti, whatever is signed beside it (RFC 9449 §11.1)', async () => {
    const { send } = await setup()
    expect((await send({ proof: { claims: { jti: 'one' } } })).status).toBe(200)
    expect(answerOf(await send({ proof: { claims: { jti: 'one', iat: now() - 1 } } }))).toEqual(replayed)
  })

  test('shares its jti with proofs for other URIs and other keys (RFC 9449 §11.1)', async () => {
    const { issuer, send, url } = await setup()
    const proof = { claims: { jti: 'one' } }
    expect((await send({ proof })).status).toBe(200)
    expect((await send({ proof, path: '/messages/7' })).status).toBe(200)
    const other = await issuer.dpop()
    const token = await other.token()
    const others = await other.proof('GET', `${url}/messages`, token, proof)
    expect((await send({ token, proof: others })).status).toBe(200)
  })
})

describe('the DPoP scheme', () => {
  test.each(['dpop', 'DPOP', 'DPoP '])(
    'is known as %j, with spaces before the token (§7.1)',
    async (scheme) => {
      const { send } = await setup()
      expect((await send({ scheme })).status).toBe(200)
    },
  )

  test('needs a proof (RFC 9449 §7.1)', async () => {
    const { send } = await setup()
    expect(answerOf(await send({ proof: null }))).toEqual(noProof)
  })

  test('is not for tokens that are not bound (RFC 9449 §6, §7.1)', async () => {
    const { issuer, send } = await setup()
    const token = await issuer.token()
    expect(answerOf(await send({ token }))).toEqual(refused('binding_required', 'invalid_token', unbound))
  })

  test('tells that a token expired in its own challenge (RFC 9449 §7.1)', async () => {
    const { key, send } = await setup()
    const token = await key.token({ expiresInSeconds: -60 })
    expect(answerOf(await send({ token }))).toEqual(
      refused('token_expired', 'invalid_token', 'The access token expired'),
    )
  })

  test('without a token is malformed, told in its own challenge (RFC 6750 §3.1, RFC 9449 §7.2)', async () => {
    const { url } = await setup()
    const response = await supertest(url).get('/messages').set('Authorization', 'DPoP')
    expect(answerOf(response)).toEqual({
      status: 400,
      code: 'credentials_malformed',
      challenge: dpopChallenge('invalid_request', 'The credentials are malformed'),
    })
  })

  test('is never read from or answered in proxy headers (RFC 9449 §7.1)', async () => {
    const { url, key, token } = await setup()
    const response = await supertest(url)
      .get('/messages')
      .set('Proxy-Authorization', `DPoP ${token}`)
      .set('DPoP', await key.proof('GET', `${url}/messages`, token))
    expect(answerOf(response)).toEqual({ status: 401, code: 'token_missing', challenge: bareChallenge })
    expect(response.headers).not.toHaveProperty('proxy-authenticate')
  })

  test.each([undefined, 'Basic YTpi', 'DPoPx a.b.c'])(
    'is offered beside Bearer, without an error, to %s (RFC 9449 §7.2, RFC 6750 §3.1)',
    async (authorization) => {
      const { url } = await setup()
      const request = supertest(url).get('/messages')
      if (authorization) request.set('Authorization', authorization)
      expect(answerOf(await request)).toEqual({
        status: 401,
        code: 'token_missing',
        challenge: bareChallenge,
      })
    },
  )

  test('carries resource_metadata as Bearer does (RFC 9728 §5.1)', async () => {
    const metadata = 'https://api.example/.well-known/oauth-protected-resource'
    const { url } = await setup({ resourceMetadata: metadata, dpop: { algorithms: ['ES256'] } })
    const { headers } = await supertest(url).get('/messages')
    expect(headers['www-authenticate']).toBe(
      `Bearer realm="api", resource_metadata="${metadata}", DPoP realm="api", resource_metadata="${metadata}", algs="ES256"`,
    )
  })

  test('is unknown while dpop is off', async () => {
    const { send, issuer } = await setup({ dpop: undefined } as never)
    const response = await send({ token: await issuer.token() })
    expect(answerOf(response)).toEqual({
      status: 401,
      code: 'token_missing',
      challenge: 'Bearer realm="api"',
    })
  })
})

describe('a Bearer token', () => {
  const asBearer: Sent = { scheme: 'Bearer', proof: null }

  test('is refused when it is bound to a key, with or without proof (RFC 9449 §7.2)', async () => {
    const { send } = await setup()
    const stolen = { status: 401, code: 'binding_mismatch', challenge: bearerChallenge(mismatch) }
    expect(answerOf(await send(asBearer))).toEqual(stolen)
    expect(answerOf(await send({ scheme: 'Bearer' }))).toEqual(stolen)
  })

  test('is refused when it is bound, also after it was admitted as DPoP', async () => {
    const { send } = await setup()
    expect((await send()).status).toBe(200)
    expect((await send(asBearer)).status).toBe(401)
  })

  test('passes when it is not bound (RFC 9449 §7.2)', async () => {
    const { issuer, send } = await setup()
    const { status, body } = await send({ ...asBearer, token: await issuer.token() })
    expect({ status, body }).toEqual({ status: 200, body: { scheme: 'Bearer' } })
  })

  test.each([[{ jkt: 1 }], [{ jkt: ['a'] }], [{ 'x5t#S256': 'a' }], [{ jkt: 'a', kid: 'b' }], [{ jwk: {} }]])(
    'bound as %j, which cannot be checked here, is refused (RFC 7800 §3.1)',
    async (cnf) => {
      const { issuer, send } = await setup()
      const token = await issuer.token({ claims: { cnf } })
      expect(answerOf(await send({ ...asBearer, token }))).toEqual({
        status: 401,
        code: 'binding_unsupported',
        challenge: bearerChallenge('The access token is bound in a way this API does not support'),
      })
    },
  )

  test('is refused where DPoP is required, which alone is offered (RFC 9449 §7.1)', async () => {
    const { issuer, send, url } = await setup({ dpop: { required: true, algorithms: ['ES256'] } })
    const dpopOnly = 'DPoP realm="api", algs="ES256"'
    expect(answerOf(await send({ ...asBearer, token: await issuer.token() }))).toEqual({
      status: 401,
      code: 'binding_required',
      challenge: `${dpopOnly}, error="invalid_token", error_description="${unbound}"`,
    })
    expect(answerOf(await supertest(url).get('/messages'))).toMatchObject({
      status: 401,
      challenge: dpopOnly,
    })
    expect((await send()).status).toBe(200)
  })

  test('in a form cannot be a bound one: the scheme is what makes it so (RFC 9449 §7.2)', async () => {
    const { send, token } = await setup({ tokenFrom: ['header', (req) => req.get('X-Token')] })
    const response = await send({ headers: { Authorization: 'Basic a', 'X-Token': token } })
    expect(answerOf(response).code).toBe('binding_mismatch')
  })
})

test('credentials under both schemes are ambiguous: 400, with both challenges (RFC 9449 §7.2)', async () => {
  const { send, token } = await setup()
  const response = await send({ headers: { Authorization: [`DPoP ${token}`, `Bearer ${token}`] as never } })
  expect(answerOf(response)).toEqual({
    status: 400,
    code: 'credentials_repeated',
    challenge: dpopChallenge('invalid_request', 'The credentials were sent more than once'),
  })
})

test('optional admits requests without credentials, and no bad ones', async () => {
  const { send, url } = await setup({ optional: true })
  expect((await supertest(url).get('/messages')).body).toEqual({ scheme: null })
  expect((await send()).body).toEqual({ scheme: 'DPoP' })
  expect(answerOf(await send({ proof: null }))).toEqual(noProof)
})

async function boundTo(issuer: Awaited<ReturnType<typeof setup>>['issuer'], jwk: object) {
  const { calculateJwkThumbprint } = await import('jose')
  const jkt = await calculateJwkThumbprint(jwk)
  return { key: await issuer.dpop(), token: await issuer.token({ claims: { cnf: { jkt } } }) }
}

function decode(jwt: string): Record<string, string> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())
}
