import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  type RequireAuthOptions,
  requireClaim,
  requirePermissions,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'
import { expect, test } from 'vitest'
import { refusalCodes } from '../../src/refusal/table.js'
import {
  type Answer,
  answerOf,
  badRequest,
  challenge,
  forbidden,
  missing,
  tokenRefused,
  unavailable,
} from '../refused.js'
import { type Mounting, setup } from '../setup.js'

/** Refusals and outages that need a proof, a certificate, an introspection or a store: the tests of these name them. */
const provenElsewhere = [
  'token_inactive',
  'introspection_unavailable',
  'revocation_unavailable',
  'binding_unsupported',
  'binding_required',
  'binding_mismatch',
  'proof_missing',
  'proof_invalid',
  'proof_target_mismatch',
  'proof_expired',
  'proof_replayed',
  'nonce_required',
  'replay_store_unavailable',
]

type Token = Parameters<Awaited<ReturnType<typeof setup>>['issuer']['token']>[0]

interface Row {
  /** What is peculiar to the token. `false`: none is sent. A text is sent as the header stands. */
  token: Token | false | string
  options?: Partial<RequireAuthOptions>
  host?: string
  check?: NonNullable<Mounting['after']>[number]
  answer: Answer
}

const stepUp = 'A more recent or stronger authentication is required'

const rows: Readonly<Record<string, Row>> = {
  token_missing: { token: false, answer: missing },
  credentials_malformed: {
    token: 'Bearer a b',
    answer: badRequest('credentials_malformed', 'The credentials are malformed'),
  },
  credentials_repeated: {
    token: {},
    options: { tokenFrom: ['header', () => 'another'] },
    answer: badRequest('credentials_repeated', 'The credentials were sent more than once'),
  },
  token_malformed: {
    token: 'Bearer a.b.c',
    answer: tokenRefused('token_malformed', 'The access token is malformed'),
  },
  token_too_large: {
    token: false,
    options: { tokenFrom: [() => 'a'.repeat(16_385)] },
    answer: tokenRefused('token_too_large', 'The access token is too large'),
  },
  token_expired: {
    token: { expiresInSeconds: -60 },
    answer: tokenRefused('token_expired', 'The access token expired'),
  },
  token_too_old: {
    token: { claims: { iat: 1 } },
    options: { maxTokenAgeSeconds: 60 },
    answer: tokenRefused('token_too_old', 'The access token is too old'),
  },
  token_not_yet_valid: {
    token: { claims: { nbf: 9_999_999_999 } },
    answer: tokenRefused('token_not_yet_valid', 'The access token is not valid yet'),
  },
  token_revoked: {
    token: {},
    options: { isRevoked: () => true },
    answer: tokenRefused('token_revoked', 'The access token was revoked'),
  },
  algorithm_not_allowed: {
    token: { header: { alg: 'HS256' } },
    answer: tokenRefused(
      'algorithm_not_allowed',
      'The access token is signed with an algorithm that is not allowed',
    ),
  },
  key_unknown: {
    token: { header: { kid: 'unheard-of' } },
    answer: tokenRefused('key_unknown', 'The access token is signed with an unknown key'),
  },
  issuer_unknown: {
    token: { issuer: 'https://login.evil.example/' },
    answer: tokenRefused('issuer_unknown', 'The access token is from an unknown issuer'),
  },
  issuer_host_mismatch: {
    token: {},
    options: { bindIssuerToHost: true },
    host: 'messages.northwind.com',
    answer: tokenRefused(
      'issuer_host_mismatch',
      'The access token is from another domain than the one called',
    ),
  },
  audience_mismatch: {
    token: { audience: 'https://files.northwind.com' },
    answer: tokenRefused('audience_mismatch', 'The access token is for another audience'),
  },
  type_not_allowed: {
    token: { header: { typ: 'dpop+jwt' } },
    answer: tokenRefused('type_not_allowed', 'The token is not an access token'),
  },
  claim_invalid: {
    token: { claims: { exp: undefined } },
    answer: tokenRefused('claim_invalid', 'The access token has a missing or invalid claim'),
  },
  insufficient_scope: {
    token: { scope: 'read:messages' },
    check: requireScopes('read:messages', 'write:messages'),
    answer: forbidden(
      'insufficient_scope',
      'The access token lacks a required scope',
      ', scope="read:messages write:messages"',
    ),
  },
  insufficient_permissions: {
    token: {},
    check: requirePermissions('delete:messages'),
    answer: forbidden('insufficient_permissions', 'The access token lacks a required permission'),
  },
  claim_not_accepted: {
    token: {},
    check: requireClaim('org_id', 'org_northwind'),
    answer: forbidden('claim_not_accepted', 'The access token lacks a required claim'),
  },
  insufficient_user_authentication: {
    token: {},
    check: requireStepUp({ acrValues: ['phr', 'mfa'], maxAgeSeconds: 300 }),
    answer: {
      status: 401,
      challenge: challenge(
        'insufficient_user_authentication',
        stepUp,
        ', acr_values="phr mfa", max_age="300"',
      ),
      body: {
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: stepUp,
        code: 'insufficient_user_authentication',
      },
    },
  },
}

test.each(Object.entries(rows))(
  '%s is answered to the letter',
  async (_, { token, options, check, host, answer }) => {
    const { issuer, get, getWith } = await setup(options, { after: check ? [check] : [] })
    const request =
      token === false
        ? get()
        : getWith(typeof token === 'string' ? token : `Bearer ${await issuer.token(token)}`)
    const response = await (host ? request.set('Host', host) : request)
    expect(answerOf(response)).toEqual(answer)
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  },
)

test('signature_invalid is answered to the letter', async () => {
  const { issuer, get } = await setup()
  const [header, , signature] = (await issuer.token()).split('.')
  const [, claims] = (await issuer.token({ claims: { sub: 'auth0|forger' } })).split('.')
  expect(answerOf(await get(`${header}.${claims}.${signature}`))).toEqual(
    tokenRefused('signature_invalid', 'The access token signature is invalid'),
  )
})

test('keys_unavailable is answered to the letter', async () => {
  const { issuer, get } = await setup()
  issuer.outage('error')
  const response = await get(await issuer.token())
  issuer.restore()
  expect(answerOf(response)).toEqual(
    unavailable('keys_unavailable', 'The keys of the issuer are unavailable'),
  )
  expect(response.headers['retry-after']).toBe('1')
})

const provenAlone = ['signature_invalid', 'keys_unavailable']

test('every refusal of the error table is answered in a test', () => {
  const proven = [...Object.keys(rows), ...provenAlone, ...provenElsewhere]
  expect(proven.sort()).toEqual([...refusalCodes].sort())
})

test('every refusal left to other tests is named in one of them', async () => {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const files = ['proof', 'introspection', 'redis'].map((name) => textOfTests(`${folder}${name}/`))
  const text = (await Promise.all(files)).join('')
  expect(provenElsewhere.filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

async function textOfTests(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter(
    (file) => file.endsWith('.test.ts') && file !== 'refusals.test.ts',
  )
  return (await Promise.all(files.map((file) => readFile(`${folder}${file}`, 'utf8')))).join('')
}
