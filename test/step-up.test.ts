import express from 'express'
import {
  anyOf,
  authErrorHandler,
  requireAuth,
  requireScopes,
  requireStepUp,
  type StepUpOptions,
} from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { createDpopKey } from '../src/testing/tokens/dpop-key.js'
import { craft, craftKey, goodClaims, trusting } from './craft.js'
import { frameworks } from './frameworks.js'
import { advanceSeconds, stopClock } from './issuer/clock.js'
import { ALGORITHMS, listen } from './proof/protected-api.js'
import { answerOf, challenge, expired, forbidden, missing } from './refused.js'
import { messages, mount } from './setup.js'

stopClock()

const { privateKey: key, jwk } = craftKey('ec')
const issuer = trusting({ ...jwk, alg: 'ES256' })
const now = () => Math.floor(Date.now() / 1000)
const tokenWith = (claims: Record<string, unknown> = {}) =>
  craft({ key, alg: 'ES256', claims: goodClaims(claims) })

function at(options: StepUpOptions, framework: typeof express = express) {
  return mount(
    { issuer, audience: messages, algorithms: ['ES256'] },
    { framework, after: [requireStepUp(options)] },
  )
}

/** The whole answer to a log-in that is too weak or too old. */
function tooWeak(params: string) {
  const detail = 'A more recent or stronger authentication is required'
  return {
    status: 401,
    challenge: challenge('insufficient_user_authentication', detail, params),
    body: {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail,
      code: 'insufficient_user_authentication',
    },
  }
}

describe.each(frameworks)('%s', (_, framework) => {
  test('a log-in that is too weak gets 401 insufficient_user_authentication (RFC 9470 §3)', async () => {
    const { get } = at({ acrValues: 'mfa', maxAgeSeconds: 300 }, framework)
    expect(answerOf(await get(tokenWith({ acr: 'pwd', auth_time: now() })))).toEqual(
      tooWeak(', acr_values="mfa", max_age="300"'),
    )
  })

  test('a log-in that is strong and recent enough is admitted', async () => {
    const { get } = at({ acrValues: 'mfa', maxAgeSeconds: 300 }, framework)
    expect((await get(tokenWith({ acr: 'mfa', auth_time: now() - 300 }))).status).toBe(200)
  })
})

describe('acr_values (RFC 9470 §3)', () => {
  const { get } = at({ acrValues: ['phishing-resistant', 'mfa'] })

  test.each(['phishing-resistant', 'mfa'])('one of them is enough: %s', async (acr) => {
    expect((await get(tokenWith({ acr }))).status).toBe(200)
  })

  test.each([
    ['absent', {}],
    ['of another case', { acr: 'MFA' }],
    ['a part of one', { acr: 'mf' }],
    ['both in one text', { acr: 'phishing-resistant mfa' }],
    ['empty', { acr: '' }],
    ['a list of both', { acr: ['phishing-resistant', 'mfa'] }],
    ['a number', { acr: 2 }],
    ['null', { acr: null }],
  ])('an acr that is %s is none of them; they are listed in order of preference', async (_, claims) => {
    expect(answerOf(await get(tokenWith(claims)))).toEqual(tooWeak(', acr_values="phishing-resistant mfa"'))
  })

  test('a value of URI form is repeated as it is', async () => {
    const acrValues = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
    expect(answerOf(await at({ acrValues }).get(tokenWith()))).toEqual(tooWeak(`, acr_values="${acrValues}"`))
  })
})

describe('max_age (RFC 9470 §3)', () => {
  const { get } = at({ maxAgeSeconds: 300 })
  const tooOld = tooWeak(', max_age="300"')

  test('is compared with the age of the log-in at every request', async () => {
    const token = tokenWith({ auth_time: now() - 299 })
    expect((await get(token)).status).toBe(200)
    advanceSeconds(2)
    expect(answerOf(await get(token))).toEqual(tooOld)
  })

  test('an absent auth_time does not meet it (RFC 9470 §6.1)', async () => {
    expect(answerOf(await get(tokenWith()))).toEqual(tooOld)
  })

  test.each([
    ['a text', String(now())],
    ['null', null],
    ['a list', [now()]],
    ['an object', { valueOf: now() }],
    ['true', true],
  ])('an auth_time that is %s refuses no token, and does not meet it', async (_, authTime) => {
    expect(answerOf(await get(tokenWith({ auth_time: authTime })))).toEqual(tooOld)
  })

  test('an auth_time up to a minute ahead meets it, since clocks differ', async () => {
    vi.setSystemTime(1_700_000_000_000)
    expect((await get(tokenWith({ auth_time: 1_700_000_060 }))).status).toBe(200)
    expect(answerOf(await get(tokenWith({ auth_time: 1_700_000_061 })))).toEqual(tooOld)
  })

  test('an auth_time in milliseconds does not meet it', async () => {
    expect(answerOf(await get(tokenWith({ auth_time: Date.now() })))).toEqual(tooOld)
  })

  test('the age of the token does not matter', async () => {
    expect((await get(tokenWith({ iat: now() - 3600, auth_time: now() }))).status).toBe(200)
  })

  test('0 asks for a log-in just now, and is written as 0', async () => {
    const always = at({ maxAgeSeconds: 0 })
    expect(answerOf(await always.get(tokenWith({ auth_time: now() - 1 })))).toEqual(tooWeak(', max_age="0"'))
  })
})

describe('scope beside the step-up (RFC 9470 §3)', () => {
  const { get } = at({ acrValues: 'mfa', scopes: ['pay', 'read:messages'] })

  test('is named when it is lacking too', async () => {
    expect(answerOf(await get(tokenWith()))).toEqual(tooWeak(', acr_values="mfa", scope="pay read:messages"'))
  })

  test('is not named when the token has it', async () => {
    expect(answerOf(await get(tokenWith({ scope: 'pay read:messages' })))).toEqual(
      tooWeak(', acr_values="mfa"'),
    )
  })

  test('alone is insufficient_scope', async () => {
    expect(answerOf(await get(tokenWith({ acr: 'mfa' })))).toEqual(
      forbidden(
        'insufficient_scope',
        'The access token lacks a required scope',
        ', scope="pay read:messages"',
      ),
    )
  })

  test('a token that has all is admitted', async () => {
    expect((await get(tokenWith({ acr: 'mfa', scope: 'pay read:messages' }))).status).toBe(200)
  })
})

describe('the token is judged first (RFC 9470 §9)', () => {
  const { get } = at({ acrValues: 'mfa' })

  test('without credentials the policy is not told', async () => {
    expect(answerOf(await get())).toEqual(missing)
  })

  test('nor for an expired token', async () => {
    expect(answerOf(await get(tokenWith({ exp: now() - 60 })))).toEqual(expired)
  })
})

test('the DPoP scheme is challenged in the same words (RFC 9470 §3)', async () => {
  const { get } = mount(
    { issuer, audience: messages, algorithms: ['ES256'], dpop: { algorithms: ['ES256'] } },
    { after: [requireStepUp({ acrValues: 'mfa' })] },
  )
  expect((await get(tokenWith())).headers['www-authenticate']).toBe(
    'Bearer realm="api", error="insufficient_user_authentication", acr_values="mfa", error_description="A more recent or stronger authentication is required", DPoP realm="api", algs="ES256"',
  )
})

test('under the DPoP scheme the error stands in its challenge', async () => {
  const client = await createDpopKey(async ({ claims = {} }) => tokenWith({ ...claims }))
  const app = express()
  app.use(requireAuth({ issuer, audience: messages, algorithms: ['ES256'], dpop: { required: true } }))
  app.use(requireStepUp({ maxAgeSeconds: 60 }), authErrorHandler())
  const url = await listen(app)
  const token = await client.token()
  const { status, headers } = await supertest(url)
    .get('/')
    .set({ Authorization: `DPoP ${token}`, DPoP: await client.proof('GET', `${url}/`, token) })
  expect([status, headers['www-authenticate']]).toEqual([
    401,
    `DPoP realm="api", algs="${ALGORITHMS}", error="insufficient_user_authentication", max_age="60", error_description="A more recent or stronger authentication is required"`,
  ])
})

test('anyOf refuses as its first check does, for the token at hand', async () => {
  const either = anyOf(requireStepUp({ acrValues: 'mfa', scopes: 'pay' }), requireScopes('admin'))
  const { get } = mount({ issuer, audience: messages, algorithms: ['ES256'] }, { after: [either] })
  expect((await get(tokenWith({ scope: 'admin' }))).status).toBe(200)
  expect(answerOf(await get(tokenWith({ scope: 'pay' })))).toEqual(tooWeak(', acr_values="mfa"'))
})

test.each([
  [undefined],
  [{}],
  [{ maxAge: 300, acrValues: 'mfa' }],
  [{ acrValues: '' }],
  [{ acrValues: [] }],
  [{ acrValues: 'a b' }],
  [{ acrValues: 'a"b' }],
  [{ maxAgeSeconds: -1 }],
  [{ maxAgeSeconds: 1.5 }],
  [{ maxAgeSeconds: Number.NaN }],
  [{ maxAgeSeconds: '300' }],
  [{ acrValues: 'mfa', scopes: 'a b' }],
  [{ acrValues: 'mfa', scopes: [] }],
  [{ scopes: 'pay' }],
])('the options %o are refused', (options) => {
  expect(() => requireStepUp(options as StepUpOptions)).toThrow(TypeError)
})

test.each<[object, string]>([
  [{ scopes: 'pay' }, 'requireStepUp needs acrValues or maxAgeSeconds'],
  [
    { maxAgeSeconds: 2_592_001 },
    'requireStepUp.maxAgeSeconds must be a whole number of seconds from 0 to 2592000, got 2592001 (in seconds: did you mean 2592.001?)',
  ],
])('the options %o are refused in these words', (options, words) => {
  expect(() => requireStepUp(options)).toThrow(new TypeError(words))
})

test('30 days are taken as maxAgeSeconds', () => {
  expect(() => requireStepUp({ maxAgeSeconds: 2_592_000 })).not.toThrow()
})
