import { expect, test } from 'vitest'
import { type Content, craft, craftKey, encode, goodClaims, seal, trusting } from '../craft.js'
import { answerOf, malformed, malformedCredentials } from '../refused.js'
import { messages, mount } from '../setup.js'

const { privateKey: key, jwk } = craftKey()
const { get } = mount({ issuer: trusting(jwk), audience: messages })
const header = { alg: 'RS256', typ: 'at+jwt', kid: 'crafted' }
const good = craft({ key })
const [headerPart = '', claimsPart = '', signature = ''] = good.split('.')

test('a token in due form is accepted, and every hostile one below differs from it in one point', async () => {
  const response = await get(good)
  expect([response.status, response.body]).toEqual([200, { subject: 'auth0|ada' }])
})

const sealed = (first: string, second: string) => seal(`${first}.${second}`, key)
const signedHeader = (content: Content) => sealed(encode(content), claimsPart)
const signedClaims = (content: Content) => sealed(headerPart, encode(content))
const json = JSON.stringify
/** The same JSON with one more member in front of its others. */
const withMember = (member: string, object: object) => json(object).replace('{', `{${member},`)
const utf16 = (text: string) => Buffer.from(text, 'utf16le')

test.each([
  ['one part', 'e30'],
  ['one part that would be a good header', headerPart],
  [
    'one part that would be header, claims and signature at once',
    encode(json({ ...header, ...goodClaims() })),
  ],
  ['two parts', `${headerPart}.${claimsPart}`],
  ['no signature', `${headerPart}.${claimsPart}.`],
  ['no claims', `${headerPart}..${signature}`],
  ['no header', `.${claimsPart}.${signature}`],
  ['only dots', '..'],
  ['a dot more at the end', `${good}.`],
  ['a fourth part', `${good}.e30`],
  ['five parts, as JWE has', `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.e30.e30.e30.e30`],
  ['empty parts in a JWE', `${headerPart}....`],
])('%s instead of three is malformed (RFC 7515 §7.1)', async (_, token) => {
  expect(answerOf(await get(token))).toEqual(malformed)
})

const withLastBitSet = (part: string) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) as string) | 1]
}
// 256 bytes of signature end in a character with four unused bits
test.each([
  ['unused bits set behind the signature', `${headerPart}.${claimsPart}.${withLastBitSet(signature)}`],
  ['padding behind the signature', `${good}==`],
  ['a plus sign of the other base64 alphabet', `${headerPart}.${claimsPart}.+${signature.slice(1)}`],
  ['a slash of the other base64 alphabet', `${headerPart}.${claimsPart}./${signature.slice(1)}`],
  ['a tilde, which only b64token knows', `${headerPart}.${claimsPart}.~${signature.slice(1)}`],
  ['one character beyond whole bytes', `${good}AAA`],
  ...[...'Strykewas'].map((last) => [
    `a single ${last} beyond whole bytes`,
    `${headerPart}.${claimsPart}.AAAA${last}`,
  ]),
])('%s makes the token malformed: only one text has this meaning (RFC 4648 §3.5)', async (_, token) => {
  expect(answerOf(await get(token))).toEqual(malformed)
})

test.each([
  [
    'unused bits set behind the header',
    sealed(withLastBitSet(encode(`${json(header)} `.padEnd(64))), claimsPart),
  ],
  [
    'unused bits set behind the claims',
    sealed(headerPart, withLastBitSet(encode(json(goodClaims()).padEnd(400)))),
  ],
])('%s make the token malformed though the signature covers them', async (_, token) => {
  expect(answerOf(await get(token))).toEqual(malformed)
})

test.each([
  ['padding inside the header', `${headerPart}=.${claimsPart}.${signature}`],
  ['a space inside', `${headerPart} .${claimsPart}.${signature}`],
  ['a tab inside', `${headerPart}\t.${claimsPart}.${signature}`],
  ['a quote', `${headerPart}.${claimsPart}."${signature}`],
  ['a percent escape', `${headerPart}%2E${claimsPart}.${signature}`],
  ['a byte beyond ASCII', `${headerPart}.${claimsPart}.\u00e9${signature}`],
])('%s is outside of b64token: malformed credentials (RFC 6750 §2.1)', async (_, token) => {
  expect(answerOf(await get(token))).toEqual(malformedCredentials)
})

const notJsonObjects: [string, Content][] = [
  ['an array', '[]'],
  ['null', 'null'],
  ['a number', '1'],
  ['a text', '"text"'],
  ['no JSON', '{alg'],
  ['nothing but a space', ' '],
  ['single quotes', "{'alg':'RS256'}"],
  ['a comment', '{/**/"alg":"RS256"}'],
  ['a trailing comma', '{"alg":"RS256",}'],
  ['two objects', '{}{}'],
  ['a NUL byte behind the object', '{}\0'],
  ['UTF-16', utf16('{}')],
  ['a byte order mark (RFC 8725 §3.7)', '\ufeff{}'],
  ['an overlong UTF-8 sequence', Buffer.from('7b2261223a22c0af227d', 'hex')],
  ['a surrogate encoded in UTF-8', Buffer.from('7b2261223a22eda080227d', 'hex')],
  ['a truncated UTF-8 sequence', Buffer.from('7b2261223a22e282227d', 'hex')],
  ['a byte that UTF-8 never has', Buffer.from('7b2261223a22ff227d', 'hex')],
  ['a raw control character in a text', '{"a":"\u0001"}'],
]

test.each(notJsonObjects)('%s as the header is malformed', async (_, content) => {
  expect(answerOf(await get(signedHeader(content)))).toEqual(malformed)
})

test.each(notJsonObjects)('%s as the claims is malformed', async (_, content) => {
  expect(answerOf(await get(signedClaims(content)))).toEqual(malformed)
})

test.each([
  ['a header member twice', signedHeader(withMember('"alg":"none"', header))],
  ['a header member twice, once escaped', signedHeader(withMember('"\\u0061lg":"none"', header))],
  ['a claim twice', signedClaims(withMember('"sub":"admin"', goodClaims()))],
  ['a claim twice with the same value', signedClaims(withMember('"sub":"auth0|ada"', goodClaims()))],
  ['a claim twice, once escaped', signedClaims(withMember('"s\\u0075b":"admin"', goodClaims()))],
  ['a claim twice with space before the colon', signedClaims(withMember('"sub" \t:"admin"', goodClaims()))],
  [
    'a member twice in an object within',
    signedClaims(withMember('"cnf":{"jkt":"a","jkt":"b"}', goodClaims())),
  ],
  [
    'a member twice in an object of a list',
    signedClaims(withMember('"act":[[{"a":1,"a":2}]]', goodClaims())),
  ],
  ['__proto__ twice', signedClaims(withMember('"__proto__":1,"__proto__":2', goodClaims()))],
])('%s is malformed, since parsers keep different ones (RFC 7515 §4, RFC 7519 §4)', async (_, token) => {
  expect(answerOf(await get(token))).toEqual(malformed)
})

const nested = (depth: number, open = '[', close = ']') =>
  `"deep":${open.repeat(depth)}1${close.repeat(depth)}`

test.each([
  ['lists', nested(32)],
  ['a thousand lists', nested(1000)],
  ['lists as deep as the size allows', nested(5000)],
  ['objects', nested(32, '{"a":', '}')],
])('%s nested beyond 32 levels are malformed', async (_, member) => {
  expect(answerOf(await get(signedClaims(withMember(member, goodClaims()))))).toEqual(malformed)
})

test.each([
  ['31 lists in the claims', signedClaims(withMember(nested(31), goodClaims()))],
  [
    'members of one name in different objects',
    signedClaims(withMember('"a":{"x":1},"b":{"x":1}', goodClaims())),
  ],
  ['a name that stands as a value too', signedClaims(withMember('"a":"sub"', goodClaims()))],
  ['brackets and quotes within texts', signedClaims(withMember('"a":"[[{\\"sub\\":1}"', goodClaims()))],
  ['names that differ in case', signedClaims(withMember('"SUB":"admin"', goodClaims()))],
  ['space around the claims', signedClaims(` ${json(goodClaims())} `)],
])('%s do no harm', async (_, token) => {
  expect((await get(token)).status).toBe(200)
})

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
  'a claim and a header member named %s are harmless',
  async (name) => {
    const hostile = `${json(name)}:{"polluted":true,"scope":"admin","alg":"none"}`
    const token = sealed(encode(withMember(hostile, header)), encode(withMember(hostile, goodClaims())))
    const response = await get(token)
    expect([response.status, response.body]).toEqual([200, { subject: 'auth0|ada' }])
    expect((Object.prototype as { polluted?: unknown }).polluted).toBeUndefined()
  },
)

test.each([
  ['no claim but in __proto__', signedClaims(`{"__proto__":${json(goodClaims())}}`), 'issuer_unknown'],
  [
    'no algorithm but in __proto__',
    signedHeader(`{"kid":"crafted","__proto__":{"alg":"RS256"}}`),
    'algorithm_not_allowed',
  ],
])('%s counts as none', async (_, token, code) => {
  expect((await get(token)).body.code).toBe(code)
})

test.each<[string, Record<string, unknown>]>([
  ['crit with an unknown name', { crit: ['exp'], exp: 1 }],
  ['crit with a known name', { crit: ['b64'], b64: true }],
  ['an empty crit', { crit: [] }],
  ['crit that is no list', { crit: 'b64' }],
  ['crit that is null', { crit: null }],
  ['b64 without crit', { b64: false }],
  ['b64 set to its default', { b64: true }],
  ['zip', { zip: 'DEF' }],
  ['enc', { enc: 'A256GCM' }],
])('%s in the header is malformed: none is understood (RFC 7515 §4.1.11)', async (_, members) => {
  expect(answerOf(await get(craft({ key, header: members })))).toEqual(malformed)
})

test.each<[string, unknown]>([
  ['a number', 7],
  ['null', null],
  ['a list', ['crafted']],
  ['an object', { toString: 'crafted' }],
  ['an empty text', ''],
  ['longer than 256 characters', 'k'.repeat(257)],
  ['a text with a line break', 'crafted\n'],
  ['a text with a NUL', 'crafted\0'],
  ['a text beyond ASCII', 'craftéd'],
])('a kid that is %s is malformed (RFC 8725 §3.10)', async (_, kid) => {
  expect(answerOf(await get(craft({ key, header: { kid } })))).toEqual(malformed)
})

test.each(['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256'])(
  '%s in the header is ignored (RFC 8725 §3.10)',
  async (name) => {
    const own = craftKey()
    const members = { [name]: name === 'jwk' ? own.jwk : 'http://127.0.0.1:9/keys' }
    expect((await get(craft({ key, header: members }))).status).toBe(200)
    const forged = await get(craft({ key: own.privateKey, header: members }))
    expect(forged.body.code).toBe('signature_invalid')
  },
)
