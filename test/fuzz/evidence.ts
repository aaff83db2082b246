import { generateKeyPairSync, hash, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { parseUrl } from '../../src/net/safe-url.js'
import { craft, craftedIssuer, encode, goodClaims, seal } from '../craft.js'
import type { Input } from './inputs.js'
import { mutate } from './mutations.js'
import type { Random } from './random.js'
import { goodTokens, issuerKey } from './tokens.js'

type Maker = (random: Random) => Partial<Input>
type Changes = Readonly<Record<string, unknown>>

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = publicKey.export({ format: 'jwk' })
const bound = (cnf: object) => craft({ key: issuerKey, claims: goodClaims({ cnf }) })

/** Node's parser trims values and takes no other bytes within. */
const headerValue = (text: string) =>
  text.replace(/[^\t -~\u0080-\u00ff]/g, ' ').replace(/^[ \t]+|[ \t]+$/g, '')
const without = (text: string, end: RegExp) => text.split(end, 1)[0] as string

/** What bends a URL, or a reader of URLs. */
const BENDS = [
  '/',
  '\\',
  '?',
  '#',
  '@',
  ':',
  '//',
  '/../',
  '/..',
  '/%2e%2e/',
  '%2f',
  ' ',
  ',',
  '\0',
  ';',
  '[',
  ']',
]
const HOSTS = [
  'api.northwind.com',
  'api.northwind.com:8443',
  '127.0.0.1:3000',
  '[::1]',
  '[::1]:8080',
  'a_b.internal',
]
const PATHS = ['/messages', '/', '/messages/7', '/a%20b', '/a;b=c', '//a', '/.../a']
const bent = (text: string, random: Random) => text + random.pick(BENDS) + random.text(random.below(4))

function odd(text: string, random: Random): string {
  return random.chance(0.5) ? mutate(text, random) : bent(text, random)
}

/** Equal in the eyes of a URL parser: then nothing can be said of what is right. */
function isSameUrl(one: string, other: string): boolean {
  const [a, b] = [parseUrl(one), parseUrl(other)]
  if (!a || !b) return false
  return a.host === b.host && decoded(a.pathname) === decoded(b.pathname)
}

function decoded(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (octet) => String.fromCharCode(Number.parseInt(octet.slice(1), 16)))
}

export async function createEvidenceMakers() {
  const token = bound({ jkt: await calculateJwkThumbprint(jwk as JWK) })
  const ath = hash('sha256', token, 'base64url')
  let count = 0

  function proofFor(url: string, claims: Changes = {}, header: Changes = {}): string {
    count += 1
    const iat = Math.floor(Date.now() / 1000)
    const signed = { jti: `jti-${count}`, htm: 'GET', htu: url, iat, ath, ...claims }
    return seal(
      `${encode({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })}.${encode(signed)}`,
      privateKey,
      'ES256',
    )
  }

  function request(host: string, path: string, proof: string, more: string[] = []): Partial<Input> {
    const rawHeaders = ['Host', host, 'Authorization', `DPoP ${token}`, 'DPoP', proof, ...more]
    return { method: 'GET', url: path, rawHeaders }
  }

  const proofs: readonly Maker[] = [
    (random) => {
      const [host, path] = [random.pick(HOSTS), random.pick(PATHS)]
      return { ...request(host, path, proofFor(`https://${host}${path}`)), good: true }
    },
    (random) => {
      const host = random.pick(HOSTS)
      const sent = headerValue(odd(host, random))
      const isSame = isSameUrl(`https://${sent}/messages`, `https://${host}/messages`)
      return {
        ...request(sent, '/messages', proofFor(`https://${host}/messages`)),
        good: isSame && undefined,
      }
    },
    (random) => {
      const path = random.pick(PATHS)
      const sent = odd(path, random)
      const isSame = isSameUrl(`https://a${sent}`, `https://a${path}`)
      const isQuery = without(sent, /[?#]/) === path
      const good = isSame || isQuery ? undefined : false
      return { ...request('a', sent, proofFor(`https://a${path}`)), good }
    },
    (random) => {
      const proof = proofFor('https://a/messages')
      const sent = headerValue(mutate(proof, random))
      return { ...request('a', '/messages', sent), good: sent === proof }
    },
    (random) => {
      const name = random.pick(['jti', 'htm', 'htu', 'iat', 'ath'])
      const claims = { [name]: random.pick(name === 'jti' ? NO_TEXT : [...NO_TEXT, ...OTHER_TEXT]) }
      return { ...request('a', '/messages', proofFor('https://a/messages', claims)), good: false }
    },
    (random) => {
      const header = { [random.pick(['typ', 'alg', 'jwk', 'crit', 'b64'])]: random.pick(WRONG_HEADERS) }
      return { ...request('a', '/messages', proofFor('https://a/messages', {}, header)), good: false }
    },
    (random) => ({ ...request('a', '/messages', headerValue(random.text(random.below(100)))), good: false }),
    (random) => {
      const name = random.pick(['X-Forwarded-Host', 'X-Forwarded-Proto', 'Forwarded', 'X-Forwarded-Port'])
      const more = [name, headerValue(odd(random.pick(['evil.example', 'http', 'https']), random))]
      // whom nobody trusts changes nothing; whom the app trusts may change all, but break nothing
      return { ...request('a', '/messages', proofFor('https://a/messages'), more), good: undefined }
    },
    (random) => {
      const host = random.pick(HOSTS)
      const htu = `https://${host}/public`
      return {
        ...request(`${host}/public${random.pick(['?', '#'])}`, '/messages', proofFor(htu)),
        good: false,
      }
    },
  ]

  return { proofs: makerOf(proofs), hosts: makerOf(hosts), certificates: makerOf(certificates) }
}

const NO_TEXT = [null, 7, '', [], {}, true, 1e300, -1]
const OTHER_TEXT = ['a', 'GET ', 'get', 'https://a/messages/', 'https://b/messages', '__proto__']
const WRONG_HEADERS = [
  null,
  7,
  '',
  [],
  {},
  true,
  'JWT',
  'none',
  'HS256',
  ['exp'],
  { kty: 'EC' },
  { ...jwk, d: 'a' },
]

const { hostname } = new URL(craftedIssuer)
const isOwnHost = (host: string) =>
  host.toLowerCase().startsWith(hostname) && /^(:\d{1,4})?$/.test(host.slice(hostname.length))

/** For `bindIssuerToHost`. */
const hosts: readonly Maker[] = [hostname, `${hostname}:8443`].flatMap((own): Maker[] => [
  (random) => atHost(random, own),
  (random) => atHost(random, headerValue(mutate(own, random))),
  (random) => atHost(random, headerValue(bent(own, random))),
  (random) => atHost(random, headerValue(random.pick(BENDS) + own)),
  (random) => atHost(random, headerValue(random.text(random.below(20)))),
])

function atHost(random: Random, host: string): Partial<Input> {
  const rawHeaders = ['Host', host, 'Authorization', `Bearer ${random.pick(goodTokens)}`]
  const isFivePort = /^[^:]+:\d{5}$/.test(host) // of which some are above 65535
  return { rawHeaders, good: isFivePort && host.startsWith(hostname) ? undefined : isOwnHost(host) }
}

const der = randomBytes(300)
const thumbprint = hash('sha256', der, 'base64url')
const certified = bound({ 'x5t#S256': thumbprint })
const hex = Buffer.from(thumbprint, 'base64url').toString('hex')
const own = `By=spiffe://a/b;Hash=${hex};Subject="CN=a, b;Hash=${'0'.repeat(64)}";URI=`

/** For `forwardedCertificate` behind a trusted proxy. */
const certificates: readonly Maker[] = [
  () => inHeader('X-Forwarded-Client-Cert', own, true),
  (random) => envoy(headerValue(mutate(own, random))),
  (random) => envoy(headerValue(mutate(mutate(mutate(own, random), random), random))),
  (random) => inHeader('X-Forwarded-Client-Cert', headerValue(`${own.slice(0, -5)}${random.text(9)},${own}`)),
  (random) =>
    inHeader('X-Forwarded-Client-Cert', `Hash=${hex};Subject="${'\\"'.repeat(random.below(300))}`, false),
  (random) => inHeader('X-Forwarded-Client-Cert', headerValue(random.text(random.below(100))), false),
]

/** Without the hash nothing is right; with it the change may stand where it does not matter. */
function envoy(value: string): Partial<Input> {
  return inHeader('X-Forwarded-Client-Cert', value, value.toLowerCase().includes(hex) ? undefined : false)
}

function inHeader(name: string, value: string, good?: boolean): Partial<Input> {
  return { rawHeaders: ['Host', 'a', 'Authorization', `Bearer ${certified}`, name, value], good }
}

function makerOf(makers: readonly Maker[]) {
  return (random: Random): Input => ({
    method: 'GET',
    url: '/messages',
    rawHeaders: [],
    body: undefined,
    good: false,
    ...random.pick(makers)(random),
  })
}
