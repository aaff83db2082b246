import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answering, craft, craftedIssuer, craftKey, encode, goodClaims, seal } from '../craft.js'
import { messages, mount } from '../setup.js'
import { rawRequest } from './raw-request.js'

const { privateKey: key, jwk } = craftKey()
const { app, auth } = mount({
  issuer: craftedIssuer,
  audience: messages,
  fetch: answering(jwk),
  cache: false,
})
const token = craft({ key })
const signatureStart = token.lastIndexOf('.') + 1
const claimsStart = token.indexOf('.') + 1

/** The status of the refusal, 200 for none. Anything but a refusal is thrown. */
async function judge(text: string): Promise<number> {
  try {
    await auth.verify(text)
    return 200
  } catch (error) {
    const { status, headers } = error as { status?: number; headers?: Record<string, string> }
    if (status === undefined || !headers?.['WWW-Authenticate']?.startsWith('Bearer realm="api"')) throw error
    return status
  }
}

async function refuses(text: string): Promise<void> {
  expect([400, 401]).toContain(await judge(text))
}
const splice = (start: number, removed: number, added: string) =>
  token.slice(0, start) + added + token.slice(start + removed)

const B64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const anyPosition = fc.nat(token.length - 1)
const foreign = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((char) => !B64.includes(char))

const byteClasses: [string, fc.Arbitrary<string>][] = [
  ['letters', fc.constantFrom(...B64.slice(0, 52))],
  ['digits', fc.constantFrom(...'0123456789')],
  ['hyphen and underscore', fc.constantFrom('-', '_')],
  ['dots', fc.constant('.')],
  ['other characters of b64token', fc.constantFrom('~', '+', '/', '=')],
  ['space and tab', fc.constantFrom(' ', '\t')],
  ['control characters', fc.integer({ min: 0, max: 31 }).map((code) => String.fromCharCode(code))],
  ['separators', fc.constantFrom(...'()<>@,;:\\"[]?{}')],
  ['bytes beyond ASCII', fc.integer({ min: 127, max: 255 }).map((code) => String.fromCharCode(code))],
  ['any other character', foreign],
]

test.each(byteClasses)('a good token with one character replaced by %s is refused', async (_, char) => {
  const property = fc.asyncProperty(anyPosition, char, async (index, added) => {
    fc.pre(token.charAt(index) !== added)
    await refuses(splice(index, 1, added))
  })
  await fc.assert(property, { numRuns: 150 })
})

test.each(byteClasses)('a good token with %s put in is refused', async (_, char) => {
  const property = fc.asyncProperty(fc.nat(token.length), char, (index, added) =>
    refuses(splice(index, 0, added)),
  )
  await fc.assert(property, { numRuns: 150 })
})

test('a good token with characters left out is refused', async () => {
  const property = fc.asyncProperty(anyPosition, fc.integer({ min: 1, max: 400 }), (index, length) =>
    refuses(splice(index, length, '')),
  )
  await fc.assert(property, { numRuns: 300 })
})

test('a good token with any bit of its parts flipped is refused', async () => {
  const parts = [0, claimsStart, signatureStart].map((start) => ({ start, bytes: bytesFrom(start) }))
  const property = fc.asyncProperty(fc.constantFrom(...parts), fc.nat(), fc.nat(7), async (part, at, bit) => {
    const bytes = Buffer.from(part.bytes)
    const index = at % bytes.length
    bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index)
    const flipped = splice(part.start, encode(part.bytes).length, encode(bytes))
    await refuses(flipped)
  })
  await fc.assert(property, { numRuns: 300 })
})

function bytesFrom(start: number): Buffer {
  return Buffer.from(token.slice(start).split('.', 1)[0] as string, 'base64url')
}

test('any text at all is refused and never an outage or a fault', async () => {
  const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.base64String(), fc.json())
  await fc.assert(
    fc.asyncProperty(anyText, (text) => refuses(text)),
    { numRuns: 500 },
  )
})

test('any three parts of base64url are refused', async () => {
  const part = fc.uint8Array({ maxLength: 60 }).map(encode)
  const property = fc.asyncProperty(part, part, part, (...parts) => refuses(parts.join('.')))
  await fc.assert(property, { numRuns: 500 })
})

test('any JSON in header and claims without a true signature is refused', async () => {
  const property = fc.asyncProperty(fc.json(), fc.json(), (header, claims) =>
    refuses(`${encode(header)}.${encode(claims)}.${token.slice(signatureStart)}`),
  )
  await fc.assert(property, { numRuns: 300 })
})

const anyValue = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined))
const members = [
  'iss',
  'aud',
  'exp',
  'nbf',
  'iat',
  'sub',
  'scope',
  'scp',
  'permissions',
  'client_id',
  'cnf',
  'typ',
] as const

test.each(members)('a truly signed token with any value of %s is judged, never a fault', async (name) => {
  const property = fc.asyncProperty(anyValue, async (value) => {
    expect([200, 401]).toContain(await judge(craft({ key, claims: goodClaims({ [name]: value }) })))
  })
  await fc.assert(property, { numRuns: 60 })
})

test.each(['alg', 'typ', 'kid', 'crit', 'b64', 'jwk', 'x5c', 'enc'])(
  'a truly signed token with any value of the header member %s is judged, never a fault',
  async (name) => {
    const property = fc.asyncProperty(anyValue, async (value) => {
      const status = await judge(craft({ key, header: { [name]: value } }))
      expect([200, 401]).toContain(status)
      if (['crit', 'b64', 'enc'].includes(name) && value !== undefined) expect(status).toBe(401)
    })
    await fc.assert(property, { numRuns: 60 })
  },
)

test('a truly signed token keeps every claim as it was', async () => {
  const claims = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
  const property = fc.asyncProperty(claims, async (more) => {
    const text = JSON.stringify({ ...more, ...goodClaims({ nonce: undefined }) })
    const signed = seal(`${encode({ alg: 'RS256', typ: 'at+jwt', kid: 'crafted' })}.${encode(text)}`, key)
    if (Object.keys(more).some((name) => ['nbf', 'cnf', 'scp', 'auth_time', 'azp'].includes(name))) return
    expect((await auth.verify(signed)).claims).toEqual(JSON.parse(text))
  })
  await fc.assert(property, { numRuns: 100 })
})

const fieldChar = fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
const fieldText = fc.array(fieldChar, { maxLength: 30 }).map((codes) => String.fromCharCode(...codes))
const request = (...fields: string[]) => rawRequest(app, ['GET / HTTP/1.1', ...fields])
const value = `Bearer ${token}`
/** What does not matter of the header: its case before the token, more spaces, white space around. */
const isSame = (text: string) =>
  /^[ \t]*bearer +/i.test(text) && text.trim().replace(/^bearer +/i, '') === token

test('the Authorization value with any text put in is refused, unless it says the same', async () => {
  const property = fc.asyncProperty(fc.nat(12), fieldText, async (index, added) => {
    const changed = value.slice(0, index) + added + value.slice(index)
    const { status } = await request(`Authorization: ${changed}`)
    expect(status === 200).toBe(isSame(changed))
    expect([200, 400, 401]).toContain(status)
  })
  await fc.assert(property, { numRuns: 150 })
})

test('any Authorization value is refused with a challenge', async () => {
  const property = fc.asyncProperty(fieldText, async (text) => {
    const { status, headers } = await request(`Authorization: ${text}`)
    expect([400, 401]).toContain(status)
    expect(headers['www-authenticate']).toMatch(
      /^Bearer realm="api"(, error="[a-z_]+", error_description="[A-Za-z ]+")?$/,
    )
  })
  await fc.assert(property, { numRuns: 150 })
})

test('a second Authorization field of any value is refused, in front or behind', async () => {
  const property = fc.asyncProperty(fieldText, fc.boolean(), async (text, isFirst) => {
    const fields = [`Authorization: ${value}`, `authorization: ${text}`]
    expect((await request(...(isFirst ? fields.reverse() : fields))).status).toBe(400)
  })
  await fc.assert(property, { numRuns: 60 })
})

const otherFields = [
  'Cookie',
  'Accept',
  'Origin',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'Forwarded',
  'DPoP',
]

test.each(otherFields)('any value of %s beside a good token changes nothing', async (name) => {
  const property = fc.asyncProperty(fieldText, async (text) => {
    expect((await request(`Authorization: ${value}`, `${name}: ${text}`)).status).toBe(200)
  })
  await fc.assert(property, { numRuns: 30 })
})

test.each(otherFields)('any value of %s does not stand in for a token', async (name) => {
  const property = fc.asyncProperty(fieldText, async (text) => {
    expect((await request(`${name}: ${text} ${value}`)).status).toBe(401)
  })
  await fc.assert(property, { numRuns: 30 })
})
