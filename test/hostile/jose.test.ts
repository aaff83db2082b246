import { type RequireAuthOptions, requireAuth } from 'express-require-auth'
import fc from 'fast-check'
import { createLocalJWKSet, type JWTVerifyOptions, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { answering, craft, craftedIssuer, goodClaims } from '../craft.js'
import { messages } from '../setup.js'
import { corpus, madeAt, type Specimen, soundKey } from './corpus.js'

/** What jose's `jwtVerify` accepts and this package refuses, with the reason. Nothing may be the other way round. */
const stricter = {
  padding:
    'one text for one meaning: caches and logs must not see two tokens where there is one (RFC 7515 §2)',
  'unused bits': 'the same: a second spelling of the last byte (RFC 4648 §3.5)',
  'white space': 'no part of base64url, and of no Authorization header (RFC 6750 §2.1)',
  'too large': 'judged unread, so that size costs nothing',
  'byte order mark': 'no part of JSON (RFC 8259 §8.1), and UTF-8 without it is demanded (RFC 8725 §3.7)',
  'duplicate member': 'parsers keep different ones (RFC 7515 §4, RFC 7519 §4)',
  'deep nesting': 'recursive readers further on would run out of stack',
  'crit that names b64: true': 'no extension is understood, this one included (RFC 7515 §4.1.11)',
  'b64 without crit': 'means nothing, or is meant to mislead (RFC 7797 §6)',
  'member of encryption': 'belongs to JWE (RFC 7516 §4.1)',
  'typ that is no text': 'a media type is text (RFC 7515 §4.1.9)',
  'typ of another JWT': 'each kind of JWT in its place alone (RFC 8725 §3.11)',
  'another JWT by its claims': 'the same for JWTs without a telling type (RFC 8725 §3.12)',
  'no exp': 'no access token is good for ever (RFC 9068 §2.2)',
  'infinite time': 'the same: a NumericDate is finite (RFC 7519 §2)',
  'exp in fractions of a second': 'jose counts whole seconds, in favour of the token',
  'iat in the future': 'a clock beyond the tolerance is no clock to trust',
  'mixed audience': 'a list of texts or nothing (RFC 7519 §4.1.3)',
  'claim that is no text': 'the form of every claim that is read (RFC 9068 §2.2)',
  'scopes of a wrong form': 'refused, not ignored: it would hide a mistake of the issuer',
  'bound token': 'good only with a proof, which jose leaves to its user (RFC 9449 §7.2)',
  'public exponent 1': 'anybody can sign for such a key',
  'private member in the set': 'a set that shows secrets shows that nobody looks after it',
} as const

/** With RFC 9068 in force, jose demands the type and `exp` as well. */
const {
  'typ that is no text': _typ,
  'typ of another JWT': _foreignTyp,
  'another JWT by its claims': _foreignClaims,
  'no exp': _exp,
  ...withProfile
} = stricter

/** Nine tenths into the second that the corpus is from. */
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: madeAt * 1000 + 900 })
})
afterAll(() => {
  vi.useRealTimers()
})

type Judge = (specimen: Specimen) => Promise<boolean>

function joseWith(options: JWTVerifyOptions): Judge {
  const common = { issuer: craftedIssuer, audience: messages, algorithms: ['RS256'], clockTolerance: 5 }
  return async ({ token, keys }) => {
    const verdict = jwtVerify(token, createLocalJWKSet({ keys: [...keys] }), { ...common, ...options })
    return verdict.then(
      () => true,
      () => false,
    )
  }
}

function oursWith(options: Partial<RequireAuthOptions>): Judge {
  return async ({ token, keys }) => {
    const common = { issuer: craftedIssuer, audience: messages, fetch: answering(...keys) }
    const verdict = requireAuth({ ...common, ...options }).verify(token)
    return verdict.then(
      () => true,
      () => false,
    )
  }
}

const required = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']

describe.each([
  ['by default', joseWith({}), oursWith({}), stricter],
  [
    'with the profile of RFC 9068',
    joseWith({ typ: 'at+jwt', requiredClaims: required }),
    oursWith({ profile: 'rfc9068' }),
    withProfile,
  ],
])('%s', (_, jose, ours, expected) => {
  test('whatever jose refuses is refused', async () => {
    const laxer: Specimen[] = []
    for (const specimen of corpus) {
      if (!(await jose(specimen)) && (await ours(specimen))) laxer.push(specimen)
    }
    expect(laxer).toEqual([])
  })

  test('what jose accepts is refused for the reasons on the list, and for no other', async () => {
    const kinds = new Set<string>()
    for (const specimen of corpus) {
      if ((await jose(specimen)) && !(await ours(specimen))) kinds.add(specimen.kind)
    }
    expect([...kinds].sort()).toEqual(Object.keys(expected).sort())
  })

  test('good tokens are accepted by both', async () => {
    for (const specimen of corpus.filter(({ kind, token }) => kind === 'good' && token.length < 3000)) {
      expect([await jose(specimen), await ours(specimen)], specimen.token).toEqual([true, true])
    }
  })

  test('whatever jose refuses of changed and of oddly claimed tokens is refused', async () => {
    const { privateKey: key, jwk } = soundKey
    const token = craft({ key })
    const names = fc.constantFrom('iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'jti', 'scope', 'client_id')
    const claimed = fc.tuple(names, fc.jsonValue({ maxDepth: 2 })).map(([name, value]) => {
      return craft({ key, claims: goodClaims({ [name]: value }) })
    })
    const changed = fc.tuple(fc.nat(token.length), fc.string({ maxLength: 3 })).map(([index, text]) => {
      return token.slice(0, index) + text + token.slice(index + text.length)
    })
    const property = fc.asyncProperty(fc.oneof(claimed, changed), async (text) => {
      const specimen = { kind: 'any', token: text, keys: [jwk] }
      expect((await ours(specimen)) && !(await jose(specimen))).toBe(false)
    })
    await fc.assert(property, { numRuns: 300 })
  })
})
