import { createHmac, createPublicKey, type KeyObject, sign as signDer } from 'node:crypto'
import type { Algorithm } from 'express-require-auth'
import { expect, test } from 'vitest'
import { craft, craftedIssuer, craftKey, craftSecret, encode, goodClaims, trusting } from '../craft.js'
import { answerOf, badSignature, keysUnavailable, malformed, otherAlgorithm, unknownKey } from '../refused.js'
import { messages, mount } from '../setup.js'
import { serveKeys } from './served-keys.js'

const rsa = craftKey()
const other = craftKey('rsa', {}, 'other')
const ec = craftKey('ec', { namedCurve: 'P-256' }, 'ec')
const { get } = mount({ issuer: trusting(rsa.jwk), audience: messages })
const { privateKey: key, jwk } = rsa
const pem = (type: 'spki' | 'pkcs1') => {
  return createPublicKey(key).export({
    format: 'pem',
    type,
  }) as string
}

test.each([
  'none',
  'None',
  'NONE',
  'nOnE',
  'none ',
  '',
  'HS256',
  'HS384',
  'HS512',
  'rs256',
  'Rs256',
  'RS256 ',
  ' RS256',
  'RS256\0',
  'RSA256',
  'RS1',
  'RS384',
  'RS512',
  'PS256',
  'ES256',
  'ES256K',
  'EdDSA',
  'dir',
  'RSA-OAEP',
  'A128KW',
  '__proto__',
  'constructor',
])('alg %j is not allowed where RS256 is (RFC 8725 §3.1)', async (alg) => {
  expect(answerOf(await get(craft({ key, header: { alg } })))).toEqual(otherAlgorithm)
})

test.each([[null], [1], [true], [['RS256']], [{ toString: 'RS256' }], [undefined]])(
  'alg %j that is no text is not allowed',
  async (alg) => {
    expect(answerOf(await get(craft({ key, header: { alg } })))).toEqual(otherAlgorithm)
  },
)

test.each(['none', 'None', 'NONE', 'nOnE'])('alg %s with an empty signature is malformed', async (alg) => {
  expect(answerOf(await get(`${encode({ alg })}.${encode(goodClaims())}.`))).toEqual(malformed)
})

test.each([
  ['the JWK', JSON.stringify(jwk)],
  ['the PEM', pem('spki')],
  ['the PEM of PKCS#1', pem('pkcs1')],
  ['the PEM without its last line break', pem('spki').trim()],
  ['the modulus', jwk.n as string],
  ['an empty text', ''],
])('HS256 keyed with %s of the public key is not allowed (RFC 8725 §2.1)', async (_, text) => {
  expect(answerOf(await get(craft({ key: craftSecret(text), alg: 'HS256' })))).toEqual(otherAlgorithm)
})

test('an HMAC under the name RS256 is no signature', async () => {
  const input = `${encode({ alg: 'RS256', kid: 'crafted' })}.${encode(goodClaims())}`
  const mac = createHmac('sha256', pem('spki')).update(input).digest('base64url')
  expect(answerOf(await get(`${input}.${mac}`))).toEqual(badSignature)
})

const flipped = (token: string, at: number) => {
  const bytes = Buffer.from(token.split('.')[2] as string, 'base64url')
  const index = at < 0 ? bytes.length + at : at
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index)
  return `${token.slice(0, token.lastIndexOf('.'))}.${bytes.toString('base64url')}`
}
const good = craft({ key })
const withoutSignature = good.slice(0, good.lastIndexOf('.'))

test.each([
  ['of another key', craft({ key: other.privateKey })],
  ['with its first bit flipped', flipped(good, 0)],
  ['with its last bit flipped', flipped(good, -1)],
  ['of one byte', `${withoutSignature}.AA`],
  ['of zeros', `${withoutSignature}.${Buffer.alloc(256).toString('base64url')}`],
  ['of ones', `${withoutSignature}.${Buffer.alloc(256, 255).toString('base64url')}`],
  [
    'a byte short',
    `${withoutSignature}.${encode(Buffer.from(good.split('.')[2] as string, 'base64url').subarray(1))}`,
  ],
  [
    'a zero longer',
    `${withoutSignature}.${encode(Buffer.concat([Buffer.alloc(1), Buffer.from(good.split('.')[2] as string, 'base64url')]))}`,
  ],
  [
    'of another token',
    `${withoutSignature}.${craft({ key, claims: goodClaims({ sub: 'x' }) }).split('.')[2]}`,
  ],
  ['with SHA-512', craft({ key, header: { alg: 'RS256' }, alg: 'RS512' })],
  ['with PSS padding', craft({ key, header: { alg: 'RS256' }, alg: 'PS256' })],
  ['by an EC key', craft({ key: ec.privateKey, header: { alg: 'RS256' }, alg: 'ES256' })],
])('a signature %s is invalid', async (_, token) => {
  expect(answerOf(await get(token))).toEqual(badSignature)
})

test('the parts of two good tokens do not make a third', async () => {
  const [first, second] = [good, craft({ key, claims: goodClaims({ sub: 'auth0|grace' }) })]
  const [header, , signature] = first.split('.')
  expect(answerOf(await get(`${header}.${second.split('.')[1]}.${signature}`))).toEqual(badSignature)
})

test('a token may lack kid while a single key fits, and its signature counts', async () => {
  expect((await get(craft({ key, header: { kid: undefined } }))).status).toBe(200)
  const forged = craft({ key: other.privateKey, header: { kid: undefined } })
  expect(answerOf(await get(forged))).toEqual(badSignature)
})

test('a token without kid is of an unknown key where two keys fit', async () => {
  const { issuer } = await serveKeys([rsa.jwk, other.jwk])
  const { get: ask } = mount({ issuer, audience: messages })
  const token = craft({ key, header: { kid: undefined }, claims: goodClaims({ iss: issuer }) })
  expect(answerOf(await ask(token))).toEqual(unknownKey)
})

const published = (changes: object) => ({ ...other.jwk, kid: 'hostile', ...changes })
const weak = craftKey('rsa', { modulusLength: 1024 })
const smallExponent = { n: other.jwk.n, e: 'AQ' }
const behindZeros = (count: number, number = '') =>
  encode(Buffer.concat([Buffer.alloc(count), Buffer.from(number, 'base64url')]))
const secret = other.privateKey.export({ format: 'jwk' })

test.each<[string, object, KeyObject?]>([
  ['of 1024 bits (RFC 7518 §3.3)', { ...weak.jwk, kid: 'hostile' }, weak.privateKey],
  [
    'of 1024 bits behind zeros',
    { ...weak.jwk, n: behindZeros(300, weak.jwk.n), kid: 'hostile' },
    weak.privateKey,
  ],
  ['with exponent 1', published(smallExponent)],
  ['with an even exponent', published({ e: 'AQAA' })],
  ['without exponent', published({ e: undefined })],
  ['with an empty modulus', published({ n: '' })],
  ['with an empty exponent', published({ e: '' })],
  ['with a modulus that is no text', published({ n: 5 })],
  ['with its private exponent', published({ d: secret.d })],
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((member): [string, object] => [
    `with an empty private member ${member}`,
    published({ [member]: '' }),
  ]),
  ['with a symmetric member', published({ k: 'AAAA' })],
  ['for encryption (RFC 7517 §4.2)', published({ use: 'enc' })],
  ['of a use that is no text', published({ use: ['sig'] })],
  ['that may only sign (RFC 7517 §4.3)', published({ key_ops: ['sign'] })],
  ['that may do nothing', published({ key_ops: [] })],
  ['with the same operation twice (RFC 7517 §4.3)', published({ key_ops: ['verify', 'verify'] })],
  ['with another operation twice', published({ key_ops: ['verify', 'sign', 'sign'] })],
  ['with an operation that is no text', published({ key_ops: ['verify', 7] })],
  ['with operations within operations', published({ key_ops: ['verify', ['verify']] })],
  ['with an issuer that is no text', published({ issuer: [craftedIssuer] })],
  ['with key_ops that is no list', published({ key_ops: 'verify' })],
  ['for another algorithm (RFC 7517 §4.4)', published({ alg: 'RS512' })],
  ['for another kind of signature', published({ alg: 'PS256' })],
  ['for encryption by its algorithm', published({ alg: 'RSA-OAEP' })],
  ['of an algorithm that is no text', published({ alg: ['RS256'] })],
  ['of no type', published({ kty: undefined })],
  ['of an unknown type', published({ kty: 'rsa' })],
  ['of a symmetric type', { kty: 'oct', k: jwk.n, alg: 'RS256', kid: 'hostile' }],
  ['of a curve named __proto__', { ...ec.jwk, crv: '__proto__', kid: 'hostile' }],
  ['of a curve named constructor', { ...ec.jwk, crv: 'constructor', kid: 'hostile' }],
  ['of a curve that cannot become text', { ...ec.jwk, crv: { toString: 1 }, kid: 'hostile' }],
  ['with a kid that is no text', published({ kid: ['hostile'] })],
])('a published key %s is never used', async (_, hostile, privateKey = other.privateKey) => {
  const { issuer } = await serveKeys([hostile, rsa.jwk, null, 'key', 7, [], {}])
  const { get: ask } = mount({ issuer, audience: messages })
  const claims = goodClaims({ iss: issuer })
  expect(answerOf(await ask(craft({ key: privateKey, header: { kid: 'hostile' }, claims })))).toEqual(
    unknownKey,
  )
  expect((await ask(craft({ key, claims }))).status).toBe(200)
})

test.each<[string, object]>([
  ['for verifying (RFC 7517 §4.3)', { key_ops: ['verify'] }],
  ['for verifying and for more', { key_ops: ['verify', 'wrapKey'] }],
  ['for signatures (RFC 7517 §4.2)', { use: 'sig' }],
  ['with a zero before its modulus', { n: behindZeros(1, jwk.n) }],
  ['of the issuer of the token', { issuer: craftedIssuer }],
  ['without kid', { kid: undefined }],
  ['with a curve, which RSA has not', { crv: 'P-256' }],
])('a published key %s is used', async (_, members) => {
  const { get: ask } = mount({ issuer: trusting({ ...jwk, ...members }), audience: messages })
  expect((await ask(craft({ key, header: { kid: undefined } }))).status).toBe(200)
})

test('a key without alg is held to the first algorithm that its type and curve fit', async () => {
  const algorithms: Algorithm[] = ['RS256', 'EdDSA', 'ES384', 'ES256']
  const { get: ask } = mount({ issuer: trusting(ec.jwk), audience: messages, algorithms })
  expect((await ask(craft({ key: ec.privateKey, alg: 'ES256', header: { kid: 'ec' } }))).status).toBe(200)
})

test('a key set without any usable key is an outage, not the fault of the token', async () => {
  const { issuer } = await serveKeys([{ ...weak.jwk, kid: 'crafted' }])
  const { get: ask } = mount({ issuer, audience: messages })
  const response = await ask(craft({ key: weak.privateKey, claims: goodClaims({ iss: issuer }) }))
  expect(answerOf(response)).toEqual(keysUnavailable)
})

test('a key whose kid is no text is no key for a token without kid either', async () => {
  const { issuer } = await serveKeys([{ ...rsa.jwk, kid: ['crafted'] }])
  const { get: ask } = mount({ issuer, audience: messages })
  const token = craft({ key, header: { kid: undefined }, claims: goodClaims({ iss: issuer }) })
  expect(answerOf(await ask(token))).toEqual(keysUnavailable)
})

test('two usable keys of one kid make the key set an outage (RFC 7517 §4.5)', async () => {
  const { issuer } = await serveKeys([rsa.jwk, { ...other.jwk, kid: 'crafted' }])
  const { get: ask } = mount({ issuer, audience: messages })
  for (const { privateKey } of [rsa, other]) {
    expect(answerOf(await ask(craft({ key: privateKey, claims: goodClaims({ iss: issuer }) })))).toEqual(
      keysUnavailable,
    )
  }
})

test.each<[Algorithm, 'rsa' | 'ec' | 'ed25519', object]>([
  ['RS256', 'rsa', {}],
  ['RS384', 'rsa', {}],
  ['RS512', 'rsa', {}],
  ['PS256', 'rsa', {}],
  ['PS384', 'rsa', {}],
  ['PS512', 'rsa', {}],
  ['ES256', 'ec', { namedCurve: 'P-256' }],
  ['ES384', 'ec', { namedCurve: 'P-384' }],
  ['ES512', 'ec', { namedCurve: 'P-521' }],
  ['EdDSA', 'ed25519', {}],
  ['Ed25519', 'ed25519', {}],
])(
  '%s alone is accepted where it alone is allowed, and refused where it is not',
  async (alg, type, parameters) => {
    const own = type === 'rsa' ? rsa : craftKey(type, parameters)
    const options = { issuer: trusting(own.jwk), audience: messages, algorithms: [alg] }
    const token = craft({ key: own.privateKey, alg })
    expect((await mount(options).get(token)).status).toBe(200)
    const { get: ask } = mount({
      issuer: trusting(rsa.jwk),
      audience: messages,
      algorithms: [alg === 'RS256' ? 'PS256' : 'RS256'],
    })
    expect(answerOf(await ask(token))).toEqual(otherAlgorithm)
  },
)

test.each<[string, Algorithm, string, object]>([
  ['P-384', 'ES256', 'P-384', {}],
  ['P-256', 'ES384', 'P-256', {}],
  ['secp256k1', 'ES256', 'secp256k1', {}],
  ['a point off its curve', 'ES256', 'P-256', { x: ec.jwk.y, y: ec.jwk.x }],
  ['a point at infinity', 'ES256', 'P-256', { x: 'AA', y: 'AA' }],
  ['half a point', 'ES256', 'P-256', { y: undefined }],
])('an EC key of %s is never used for %s (RFC 8725 §3.4)', async (_, alg, namedCurve, changes) => {
  const own = craftKey('ec', { namedCurve }, 'hostile')
  const sound = craftKey('ec', { namedCurve: alg === 'ES256' ? 'P-256' : 'P-384' })
  const { issuer } = await serveKeys([{ ...own.jwk, ...changes }, sound.jwk])
  const { get: ask } = mount({ issuer, audience: messages, algorithms: [alg] })
  const claims = goodClaims({ iss: issuer })
  const token = craft({ key: own.privateKey, header: { alg, kid: 'hostile' }, claims, alg: 'ES256' })
  expect(answerOf(await ask(token))).toEqual(unknownKey)
  expect((await ask(craft({ key: sound.privateKey, alg, claims }))).status).toBe(200)
})

test('a key without alg serves one algorithm, though several are allowed (RFC 8725 §3.2)', async () => {
  const { issuer } = await serveKeys([rsa.jwk])
  const { get: ask } = mount({ issuer, audience: messages, algorithms: ['RS256', 'PS256'] })
  const claims = goodClaims({ iss: issuer })
  expect((await ask(craft({ key, alg: 'RS256', claims }))).status).toBe(200)
  expect(answerOf(await ask(craft({ key, alg: 'PS256', claims })))).toEqual(unknownKey)
})

test('a DER signature under ES256 is invalid: the form is r and s alone (RFC 7518 §3.4)', async () => {
  const { get: ask } = mount({ issuer: trusting(ec.jwk), audience: messages, algorithms: ['ES256'] })
  const input = `${encode({ alg: 'ES256', kid: 'ec' })}.${encode(goodClaims())}`
  const der = signDer('sha256', Buffer.from(input), ec.privateKey).toString('base64url')
  expect(answerOf(await ask(`${input}.${der}`))).toEqual(badSignature)
})

test('an ES256 signature of zeros is invalid (CVE-2022-21449)', async () => {
  const { get: ask } = mount({ issuer: trusting(ec.jwk), audience: messages, algorithms: ['ES256'] })
  const zeros = Buffer.alloc(64).toString('base64url')
  expect(
    answerOf(await ask(`${encode({ alg: 'ES256', kid: 'ec' })}.${encode(goodClaims())}.${zeros}`)),
  ).toEqual(badSignature)
})

test('a key of one trusted issuer does not sign for another (RFC 8725 §3.8)', async () => {
  const second = 'https://login.contoso.com/'
  const settings = [trusting(rsa.jwk), { issuer: second, jwks: { keys: [{ ...other.jwk, kid: 'crafted' }] } }]
  const { get: ask } = mount({ issuer: settings, audience: messages })
  expect((await ask(craft({ key, claims: goodClaims({ iss: craftedIssuer }) }))).status).toBe(200)
  expect(answerOf(await ask(craft({ key, claims: goodClaims({ iss: second }) })))).toEqual(badSignature)
})
