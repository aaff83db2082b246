import { createHash, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { messages } from '../api.js'
import {
  type Content,
  craft,
  craftedIssuer,
  craftKey,
  craftSecret,
  encode,
  goodClaims,
  seal,
} from '../craft.js'

/** A token that is somehow peculiar, with the key set it is judged by. */
export interface Specimen {
  kind: string
  token: string
  keys: readonly JWK[]
}

const { privateKey: key, jwk } = craftKey()
const other = craftKey('rsa', {}, 'other')
const secp256k1 = craftKey('ec', { namedCurve: 'secp256k1' }, 'hostile')
const weak = craftKey('rsa', { modulusLength: 1024 }, 'hostile')
const hostile = { ...other, jwk: { ...other.jwk, kid: 'hostile' } }

/** The key that all tokens are signed with unless their kind is about the key. */
export const soundKey = { privateKey: key, jwk }

const of = (kind: string, token: string, keys: readonly JWK[] = [jwk]): Specimen => ({ kind, token, keys })
const claims = (kind: string, changes: Record<string, unknown>) =>
  of(kind, craft({ key, claims: goodClaims(changes) }))
const header = (kind: string, changes: Record<string, unknown>) => of(kind, craft({ key, header: changes }))
const json = JSON.stringify
const headerText = (content: Content) => craft({ key, header: content })
const claimsText = (content: Content) => craft({ key, claims: content })
const withMember = (member: string, object: object) => json(object).replace('{', `{${member},`)
const plainHeader = { alg: 'RS256', typ: 'at+jwt', kid: 'crafted' }

const good = craft({ key })
const [first = '', second = '', third = ''] = good.split('.')
const now = Math.floor(Date.now() / 1000)

const forms: readonly Specimen[] = [
  of('good', good),
  ...['', '.', '..', first, `${first}.${second}`, `${first}.${second}.`, `${good}.`, `${good}.e30`].map(
    (token) => of('other than three parts', token),
  ),
  of('JWE', `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.e30.e30.e30.e30`),
  of('padding', `${good}==`),
  of('padding', seal(`${encode(json(plainHeader).padEnd(58))}==.${second}`, key)),
  of('unused bits', good.slice(0, -1) + nextInAlphabet(good.at(-1) as string)),
  of('other base64 alphabet', `${first}.${second}.${third.replaceAll('-', '+').replaceAll('_', '/')}`),
  of('white space', `${first}.${second}.${third.slice(0, 9)} ${third.slice(9)}`),
  of('white space', `${good}\n`),
  of('white space', ` ${good}`),
  of('too large', craft({ key, claims: goodClaims({ filler: 'x'.repeat(20_000) }) })),
]

function nextInAlphabet(char: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(char) | 1)
}

const texts: readonly Specimen[] = [
  ...['[]', 'null', '1', '"text"', '{', ' ', '{}{}', '{"alg":"RS256",}'].flatMap((content) => [
    of('no JSON object', headerText(content)),
    of('no JSON object', claimsText(content)),
  ]),
  of('byte order mark', headerText(`\ufeff${json(plainHeader)}`)),
  of('byte order mark', claimsText(`\ufeff${json(goodClaims())}`)),
  of('not UTF-8', claimsText(Buffer.from(json(goodClaims({ name: '\u00ff' })), 'latin1'))),
  of('not UTF-8', headerText(Buffer.from(json({ ...plainHeader, name: '\u00ff' }), 'latin1'))),
  of('duplicate member', headerText(withMember('"alg":"none"', plainHeader))),
  of('duplicate member', claimsText(withMember('"sub":"admin"', goodClaims()))),
  of('duplicate member', claimsText(withMember('"act":{"sub":"a","s\\u0075b":"b"}', goodClaims()))),
  of('deep nesting', claimsText(withMember(`"deep":${'['.repeat(40)}${']'.repeat(40)}`, goodClaims()))),
  of('good', claimsText(withMember('"__proto__":{"sub":"admin"}', goodClaims()))),
]

const headers: readonly Specimen[] = [
  ...['none', 'None', 'HS256', 'RS384', 'PS256', 'ES256', 'rs256', '', 7, null, ['RS256'], undefined].map(
    (alg) => header('algorithm', { alg }),
  ),
  of('algorithm', craft({ key: craftSecret(jwk.n as string), alg: 'HS256' })),
  of('algorithm', `${encode({ alg: 'none' })}.${second}.`),
  header('crit, not understood', { crit: ['exp'], exp: now }),
  header('crit, malformed', { crit: [] }),
  header('crit, malformed', { crit: 'b64' }),
  header('crit that names b64: true', { crit: ['b64'], b64: true }),
  header('unencoded content', { crit: ['b64'], b64: false }),
  header('b64 without crit', { b64: true }),
  header('b64 without crit', { b64: false }),
  header('member of encryption', { zip: 'DEF' }),
  header('member of encryption', { enc: 'A256GCM' }),
  ...[7, null, ['crafted'], '', 'k'.repeat(300), 'craftéd', 'unheard-of'].map((kid) =>
    header('kid, unknown', { kid }),
  ),
  header('good', { kid: undefined }),
  ...[7, null, ['at+jwt']].map((typ) => header('typ that is no text', { typ })),
  ...['', 'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'text/at+jwt'].map((typ) =>
    header('typ of another JWT', { typ }),
  ),
  ...[undefined, 'JWT', 'jwt', 'AT+JWT', 'application/at+jwt'].map((typ) =>
    header('typ of an access token', { typ }),
  ),
  ...['jku', 'x5u', 'x5c', 'x5t'].map((name) => header('good', { [name]: 'https://evil.example/' })),
  header('good', { jwk: other.jwk }),
]

const untyped = (kind: string, changes: Record<string, unknown>) =>
  of(kind, craft({ key, header: { typ: 'JWT' }, claims: goodClaims(changes) }))
const raw = (kind: string, name: string, text: string) =>
  of(kind, claimsText(json(goodClaims({ [name]: 'RAW' })).replace('"RAW"', text)))

const claimSets: readonly Specimen[] = [
  claims('no exp', { exp: undefined }),
  ...['"1"', 'null', 'true', '[]', '{}', '""'].flatMap((text) =>
    ['exp', 'nbf'].map((name) => raw('exp or nbf that is no number', name, text)),
  ),
  raw('infinite time', 'exp', '1e999'),
  raw('infinite time', 'nbf', '-1e999'),
  ...['"1"', 'null', 'true', '[]', '{}'].map((text) => raw('iat that is no number', 'iat', text)),
  ...[-5, -60, -now].map((seconds) => claims('expired', { exp: now + seconds })),
  claims('good', { exp: now - 4 }),
  claims('good', { nbf: now + 5 }),
  claims('not yet valid', { nbf: now + 6 }),
  claims('nbf in fractions of a second', { nbf: now + 5.3 }),
  claims('exp in fractions of a second', { exp: now - 4.9 }),
  claims('iat in the future', { iat: now + 61 }),
  ...[undefined, null, 7, '', [craftedIssuer], craftedIssuer.slice(0, -1), 'https://evil.example/'].map(
    (iss) => claims('issuer', { iss }),
  ),
  ...[undefined, null, 7, '', [], {}, 'https://evil.example', `${messages}/`, [[messages]]].map((aud) =>
    claims('audience', { aud }),
  ),
  claims('mixed audience', { aud: [messages, 7] }),
  claims('mixed audience', { aud: [null, messages] }),
  claims('good', { aud: [messages, 'https://evil.example'] }),
  ...['sub', 'jti', 'client_id', 'azp', 'acr', 'sid', 'scope'].flatMap((name) =>
    [7, null, ['text'], {}].map((value) => claims('claim that is no text', { [name]: value })),
  ),
  ...[7, null, {}, [7]].flatMap((value) => [
    claims('scopes of a wrong form', { scp: value }),
    claims('scopes of a wrong form', { scope: value }),
  ]),
  claims('bound token', { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
  ...['nonce', 'at_hash', 'events', 'token_introspection', 'htm'].map((name) =>
    untyped('another JWT by its claims', { [name]: 'x' }),
  ),
  ...['sub', 'client_id', 'iat', 'jti'].map((name) =>
    claims('without a claim of RFC 9068', { [name]: undefined }),
  ),
]

const by = (kind: string, published: JWK, privateKey: KeyObject, alg = 'RS256') =>
  of(kind, craft({ key: privateKey, header: { alg, kid: 'hostile' }, alg }), [jwk, published])

const keyed: readonly Specimen[] = [
  of('signature', craft({ key: other.privateKey })),
  of('signature', `${first}.${second}.${'A'.repeat(342)}`),
  of('signature', `${first}.${encode(goodClaims({ sub: 'admin' }))}.${third}`),
  by('weak RSA key', weak.jwk, weak.privateKey),
  by('key of another use', { ...hostile.jwk, use: 'enc' }, hostile.privateKey),
  by('key of other operations', { ...hostile.jwk, key_ops: ['sign'] }, hostile.privateKey),
  by('key of another algorithm', { ...hostile.jwk, alg: 'RS512' }, hostile.privateKey),
  by('key of another curve', secp256k1.jwk, secp256k1.privateKey, 'ES256'),
  by('private key in the set', hostile.privateKey.export({ format: 'jwk' }) as JWK, hostile.privateKey),
  of('private key in the set', craft({ key: hostile.privateKey, header: { kid: 'hostile' } }), [
    { ...(hostile.privateKey.export({ format: 'jwk' }) as JWK), kid: 'hostile' },
    jwk,
  ]),
  of('private member in the set', craft({ key: hostile.privateKey, header: { kid: 'hostile' } }), [
    { ...hostile.jwk, k: 'AAAA' },
    jwk,
  ]),
  of('public exponent 1', withExponentOne(), [jwk, { ...hostile.jwk, e: 'AQ' }]),
  of('two keys of one kid', craft({ key }), [jwk, { ...other.jwk, kid: 'crafted' }]),
]

/** With e = 1 anybody can sign: the padded digest is its own signature. */
function withExponentOne(): string {
  const input = `${encode({ alg: 'RS256', typ: 'at+jwt', kid: 'hostile' })}.${encode(goodClaims())}`
  const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  const tail = Buffer.concat([Buffer.from([0]), digestInfo, createHash('sha256').update(input).digest()])
  const padded = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(256 - 2 - tail.length, 0xff), tail])
  return `${input}.${encode(padded)}`
}

/** Tokens good and hostile, by kind. Made when loaded: judge them soon after. */
export const corpus: readonly Specimen[] = [...forms, ...texts, ...headers, ...claimSets, ...keyed]

/** The second that the corpus was made in. */
export const madeAt = now
