import { inspect } from 'node:util'
import express, { type RequestHandler } from 'express'
import {
  type AuthError,
  type AuthEvent,
  authErrorHandler,
  type RefusalDetails,
  type RequireAuthOptions,
  requireAuth,
  requireClaim,
  requirePermissions,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { craft, craftedIssuer, craftKey, goodClaims, trusting } from './craft.js'
import { stopClock } from './issuer/clock.js'
import { setup as setupDpop } from './proof/protected-api.js'
import { messages } from './setup.js'

stopClock()

const { privateKey: key, jwk } = craftKey()
const options: RequireAuthOptions = { issuer: trusting({ ...jwk, alg: 'RS256' }), audience: messages }
const now = () => Math.floor(Date.now() / 1000)
const withClaims = (claims: object) => craft({ key, claims: goodClaims({ ...claims }) })
const withHeader = (header: object) => craft({ key, header: { ...header } })

interface Asked {
  token?: string
  options?: Partial<RequireAuthOptions>
  check?: RequestHandler
  isDetailed?: boolean
}

/** The refusal as an error handler of the application sees it, the answer, and what listeners were told. */
async function refusalOf({ token = withClaims({}), check, isDetailed = false, ...asked }: Asked) {
  const events: AuthEvent[] = []
  let error: AuthError | undefined
  const app = express()
  app.use(requireAuth({ ...options, ...asked.options, onEvent: (event) => events.push(event) }))
  if (check) app.use(check)
  app.use(((seen, _req, _res, next) => {
    error = seen
    next(seen)
  }) as express.ErrorRequestHandler)
  app.use(authErrorHandler({ details: isDetailed }))
  const response = await supertest(app).get('/').auth(token, { type: 'bearer' })
  if (!error) throw new Error('nothing was refused')
  return { error, details: error.details, response, events }
}

const hint = expect.any(String)
const rows: [string, () => Asked, RefusalDetails][] = [
  [
    'token_expired',
    () => ({ token: withClaims({ exp: now() - 60 }) }),
    { claim: 'exp', expected: expect.stringMatching(/^later than \d+$/), received: expect.any(String) },
  ],
  [
    'token_not_yet_valid',
    () => ({ token: withClaims({ nbf: 9_999_999_999 }) }),
    { claim: 'nbf', expected: expect.stringMatching(/^at most \d+$/), received: '9999999999', hint },
  ],
  [
    'token_too_old',
    () => ({ token: withClaims({ iat: 1 }), options: { maxTokenAgeSeconds: 60 } }),
    { claim: 'iat', expected: 'no more than 60 s ago', received: '1' },
  ],
  [
    'audience_mismatch',
    () => ({ token: withClaims({ aud: ['https://files.northwind.com'] }) }),
    { claim: 'aud', expected: messages, received: '["https://files.northwind.com"]' },
  ],
  [
    'audience_mismatch',
    () => ({ token: withClaims({ aud: `${messages}/` }) }),
    { claim: 'aud', expected: messages, received: `${messages}/`, hint: 'the slash at the end counts' },
  ],
  [
    'audience_mismatch',
    () => ({ token: withClaims({ aud: undefined }) }),
    { claim: 'aud', expected: messages, received: 'nothing', hint },
  ],
  [
    'claim_invalid',
    () => ({ token: withClaims({ exp: 'never' }) }),
    { claim: 'exp', expected: 'a number of epoch seconds', received: 'never' },
  ],
  [
    'issuer_unknown',
    () => ({ token: withClaims({ iss: 'https://evil.example/' }) }),
    { claim: 'iss', expected: craftedIssuer, received: 'https://evil.example/' },
  ],
  [
    'issuer_host_mismatch',
    () => ({ options: { bindIssuerToHost: true, publicUrl: 'https://api.example.com' } }),
    { claim: 'iss', expected: 'an issuer on api.example.com', received: craftedIssuer },
  ],
  [
    'type_not_allowed',
    () => ({ token: withHeader({ typ: 'dpop+jwt' }) }),
    { header: 'typ', expected: 'at+jwt, JWT or none', received: 'dpop+jwt' },
  ],
  [
    'type_not_allowed',
    () => ({ token: withClaims({ token_use: 'id' }) }),
    { claim: 'token_use', expected: 'the mark of an access token', received: 'id', hint },
  ],
  [
    'algorithm_not_allowed',
    () => ({ token: withHeader({ alg: 'ES256' }) }),
    { header: 'alg', expected: 'RS256', received: 'ES256', hint: "algorithms: ['ES256'] would take it" },
  ],
  ['key_unknown', () => ({ token: withHeader({ kid: 'other' }) }), { header: 'kid', received: 'other' }],
  [
    'token_malformed',
    () => ({ token: withHeader({ crit: ['exp'] }) }),
    { header: 'crit', expected: 'absent', received: '["exp"]' },
  ],
  ['token_malformed', () => ({ token: 'opaque' }), { expected: 'a signed JWT', hint }],
  [
    'binding_unsupported',
    () => ({ token: withClaims({ cnf: { jkt: 'a' } }) }),
    { claim: 'cnf', expected: 'no binding', received: '{"jkt":"a"}', hint },
  ],
  [
    'binding_required',
    () => ({ options: { mtls: { required: true } } }),
    { claim: 'cnf', expected: 'x5t#S256', received: 'nothing', hint },
  ],
  [
    'binding_mismatch',
    () => ({ token: withClaims({ cnf: { 'x5t#S256': 'a' } }), options: { mtls: {} } }),
    { claim: 'cnf', expected: 'a client certificate with x5t#S256 a', received: 'nothing' },
  ],
  [
    'insufficient_scope',
    () => ({ check: requireScopes('read:messages', 'write:messages') }),
    {
      claim: 'scope',
      expected: 'read:messages write:messages',
      received: 'read:messages',
      lacking: ['write:messages'],
    },
  ],
  [
    'insufficient_scope',
    () => ({ token: withClaims({ scope: 'a b' }), check: requireScopes('c') }),
    { claim: 'scope', expected: 'c', received: 'a b', lacking: ['c'] },
  ],
  [
    'insufficient_permissions',
    () => ({ token: withClaims({ permissions: ['a'] }), check: requirePermissions('a', 'b') }),
    { claim: 'permissions', expected: 'a, b', received: '["a"]', lacking: ['b'] },
  ],
  [
    'claim_not_accepted',
    () => ({ token: withClaims({ org: { id: 'x' } }), check: requireClaim('org.id', 'a', 'b') }),
    { claim: 'org.id', expected: 'a or b', received: 'x' },
  ],
  [
    'claim_not_accepted',
    () => ({ token: withClaims({ org: { id: 'x' } }), check: requireClaim(['org', 'id'], 'org_a') }),
    { claim: 'org.id', expected: 'org_a', received: 'x' },
  ],
  [
    'insufficient_user_authentication',
    () => ({ token: withClaims({ acr: 'pwd' }), check: requireStepUp({ acrValues: 'mfa' }) }),
    {
      claim: 'acr, auth_time',
      expected: 'acr_values mfa',
      received: '{"acr":"pwd","auth_time":"none"}',
    },
  ],
  [
    'insufficient_user_authentication',
    () => ({
      token: withClaims({ auth_time: 5 }),
      check: requireStepUp({ acrValues: ['mfa', 'otp'], maxAgeSeconds: 60 }),
    }),
    {
      claim: 'acr, auth_time',
      expected: 'acr_values mfa otp, max_age 60',
      received: '{"acr":"none","auth_time":5}',
    },
  ],
]

describe('the details of a refusal', () => {
  test.each(rows)('%s say what was wanted and what came', async (code, asked, wanted) => {
    const { error, details, events } = await refusalOf(asked())
    expect(error.code).toBe(code)
    expect(details).toMatchObject(wanted)
    // what a route check looks at was verified
    const isUnverified = 'received' in wanted && !/^(insufficient|claim_not)/.test(code)
    expect(details?.unverified).toBe(isUnverified ? true : undefined)
    expect(events.at(-1)).toMatchObject({ type: 'refused', code, details: wanted })
  })

  test.each(rows)('%s stand nowhere that a client or a careless log sees', async (_, asked) => {
    const { error, response } = await refusalOf(asked())
    const { expected = 'nothing at all' } = error.details ?? {}
    expect(Object.keys(error)).not.toContain('details')
    expect(Object.hasOwn(response.body, 'details')).toBe(false)
    for (const text of [JSON.stringify(error), inspect(error), JSON.stringify({ ...error })])
      expect(text).not.toMatch(/details|unverified|received/)
    if (!error.code.startsWith('insufficient'))
      // whose challenge names what is needed
      for (const text of [response.text, JSON.stringify(response.headers)])
        expect(text).not.toContain(expected)
  })

  test.each(rows)('%s are shown by authErrorHandler({ details: true })', async (_, asked) => {
    const { details, response, error } = await refusalOf({ ...asked(), isDetailed: true })
    expect(response.body).toMatchObject({ status: error.status, code: error.code, details })
  })

  test('are bounded, on one line, and never the token', async () => {
    const sub = ['\u0000\u001b[31m\r\n\u2028\u202e', 'x'.repeat(5000)]
    for (const changes of [{ aud: sub }, { iss: sub.join('') }, { exp: sub }, { token_use: sub.join('') }]) {
      const token = withClaims(changes)
      const { details } = await refusalOf({ token })
      const { received = '' } = details ?? {}
      expect(received.length).toBeLessThan(300)
      expect(received).toMatch(/^[\x20-\x7e]+$/)
      expect(received).toMatch(/\\u001b.*\.\.\. \(\d+ characters\)$/)
      expect(JSON.stringify(details)).not.toContain(token)
    }
  })

  test('are absent where the code says it all', async () => {
    const { details } = await refusalOf({ options: { isRevoked: () => true } })
    expect(details).toBeUndefined()
  })

  test('are on the rejections of verify() too', async () => {
    const auth = requireAuth(options)
    const error = await auth.verify(withClaims({ aud: 'other' })).catch((reason) => reason)
    expect(error.details).toEqual({ claim: 'aud', expected: messages, received: 'other', unverified: true })
  })
})

describe('the details of a refused proof', () => {
  const received = expect.any(String)

  test.each<[string, Parameters<Awaited<ReturnType<typeof setupDpop>>['send']>[0], RefusalDetails]>([
    ['proof_invalid', { proof: 'x' }, { expected: 'one signed JWT in one DPoP header' }],
    ['proof_invalid', { proof: 'x'.repeat(8193) }, { expected: 'one text of at most 8192 characters' }],
    [
      'proof_invalid',
      { proof: { header: { typ: 'JWT' } } },
      { header: 'typ', expected: 'dpop+jwt', received: 'JWT' },
    ],
    ['proof_invalid', { proof: { header: { alg: 'none' } } }, { header: 'alg', received: 'none' }],
    ['proof_invalid', { proof: { header: { jwk: null } } }, { header: 'jwk', expected: 'a public key' }],
    ['proof_invalid', { proof: { header: { jwk: {} } } }, { header: 'jwk', expected: 'a JWK' }],
    ['proof_invalid', { proof: { header: { crit: ['a'] } } }, { header: 'crit', expected: 'absent' }],
    ['proof_invalid', { proof: { claims: { jti: '' } } }, { claim: 'jti', received: '' }],
    ['proof_invalid', { proof: { claims: { iat: 'now' } } }, { claim: 'iat', received: 'now' }],
    ['proof_invalid', { proof: { claims: { ath: 'a' } } }, { claim: 'ath' }],
    [
      'proof_target_mismatch',
      { proof: { method: 'POST' } },
      { claim: 'htm and htu', expected: expect.stringMatching(/^GET http:/), received, hint },
    ],
    ['proof_expired', { proof: { claims: { iat: 1 } } }, { claim: 'iat', received: '1' }],
    ['proof_expired', { proof: { claims: { exp: 1 } } }, { claim: 'nbf, exp', received: '{"exp":1}' }],
    [
      'binding_mismatch',
      { scheme: 'Bearer' },
      { claim: 'cnf', expected: 'the DPoP scheme with a proof', received: 'Bearer' },
    ],
  ])('%s for %o', async (code, sent, wanted) => {
    const events: AuthEvent[] = []
    const { send } = await setupDpop({ onEvent: (event) => events.push(event) })
    await send(sent)
    expect(events.filter(({ type }) => type === 'refused')).toEqual([
      expect.objectContaining({ code, details: expect.objectContaining(wanted) }),
    ])
  })

  test('a private key that a client sends by mistake is shown to nobody', async () => {
    const events: AuthEvent[] = []
    const { send, key: own } = await setupDpop({ onEvent: (event) => events.push(event) })
    await send({ proof: { header: { jwk: { ...own.jwk, d: 'private-member' } } } })
    expect(events.at(-1)).toMatchObject({ code: 'proof_invalid', details: { header: 'jwk' } })
    expect(JSON.stringify(events)).not.toContain('private-member')
  })
})

test('headers hold the words of the table, whatever a callback throws', async () => {
  const lookalike = Object.assign(new Error('line\r\nbreak "quoted"'), {
    status: 401,
    code: 'token_revoked',
    error: 'evil"\r\n',
  })
  const isRevoked = () => {
    throw lookalike
  }
  const { response } = await refusalOf({ options: { isRevoked } })
  expect(response.headers['www-authenticate']).toBe(
    'Bearer realm="api", error="invalid_token", error_description="The access token was revoked"',
  )
})
