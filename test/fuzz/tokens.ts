import { craft, craftedIssuer, craftKey, encode, goodClaims } from '../craft.js'
import type { Random } from './random.js'

const { privateKey: key, jwk } = craftKey()

/** What the issuer signs with. */
export const issuerKey = key

/** The key set of the issuer whose tokens are good. */
export const keys = [jwk]

/** The only tokens that may ever be accepted. They satisfy RFC 9068 too. */
export const goodTokens: readonly string[] = [
  craft({ key }),
  craft({
    key,
    claims: goodClaims({ sub: 'auth0|grace', scope: undefined, permissions: ['read:messages'] }),
  }),
  craft({ key, claims: goodClaims({ aud: ['https://files.northwind.com', goodClaims().aud], nbf: 1 }) }),
]

const now = Math.floor(Date.now() / 1000)
const wrong: Record<string, readonly unknown[]> = {
  iss: [
    undefined,
    null,
    7,
    '',
    craftedIssuer.slice(0, -1),
    [craftedIssuer],
    'https://evil.example/',
    '__proto__',
  ],
  aud: [undefined, null, 7, '', [], {}, [goodClaims().aud, 7], [[goodClaims().aud]], 'https://evil.example'],
  exp: [undefined, null, '9999999999', 0, -1, now - 60, [], {}, true],
  nbf: [null, '1', 9_999_999_999, [], {}, false],
  iat: [null, '1', 9_999_999_999, [], {}, false],
  sub: [7, [], {}, true],
  scope: [7, {}, [7]],
  scp: [7, {}, [7], [null]],
  cnf: [null, 7, {}, 'key', { jku: 'https://evil.example/' }],
}
const wrongHeader: Record<string, readonly unknown[]> = {
  alg: [undefined, null, 'none', 'None', 'HS256', 'RS512', 'PS256', 'ES256', 7, ['RS256'], ''],
  typ: ['dpop+jwt', 'logout+jwt', '', null, 7, []],
  kid: [null, 7, '', [], 'unheard-of', '__proto__', '../../etc/passwd', "' OR 1=1", 'k'.repeat(300), '\0'],
  crit: [[], ['exp'], null, 'b64'],
  b64: [true, false, null],
  enc: ['A256GCM'],
  zip: ['DEF'],
}

const variants = (table: Record<string, readonly unknown[]>) =>
  Object.entries(table).flatMap(([name, values]) => values.map((value) => ({ [name]: value })))

/** Truly signed, and each wrong in one point. */
export const signedHostileTokens: readonly string[] = [
  ...variants(wrong).map((changes) => craft({ key, claims: goodClaims(changes) })),
  ...variants(wrongHeader).map((header) => craft({ key, header })),
  ...['[]', 'null', '""', '{', '{}{}', '\ufeff{}', '{"a":1,"a":2}', '['.repeat(4000)].flatMap((content) => [
    craft({ key, header: content }),
    craft({ key, claims: content }),
  ]),
]

const NAMES = [
  ...Object.keys(wrong),
  ...Object.keys(wrongHeader),
  'jku',
  'jwk',
  'x5c',
  'p2c',
  'acr',
  'permissions',
  'client_id',
  'events',
  'nonce',
  '__proto__',
  'constructor',
  'toString',
]
const VALUES = [...Object.values(wrong), ...Object.values(wrongHeader)].flat()
const NUMBERS = [1e308, -0, 0.1, Number.MAX_SAFE_INTEGER, 1e-300]
const SIGNATURE = 'A'.repeat(342)

/** Any members with any values, signed by nobody: refused whatever they say, at whatever step notices. */
export function forgedToken(random: Random): string {
  const header = { alg: 'RS256', kid: 'crafted', ...randomObject(random, 2) }
  const claims = random.chance(0.8)
    ? { ...goodClaims(), ...randomObject(random, 3) }
    : randomObject(random, 4)
  const signature = random.chance(0.8) ? SIGNATURE : encode(random.text(random.below(300)))
  return `${encode(header)}.${encode(claims)}.${signature}`
}

function randomObject(random: Random, depth: number): Record<string, unknown> {
  const members = Array.from({ length: random.below(4) }, () => [
    randomName(random),
    randomValue(random, depth),
  ])
  return Object.fromEntries(members)
}

function randomName(random: Random): string {
  return random.chance(0.8) ? random.pick(NAMES) : random.text(random.below(6))
}

function randomValue(random: Random, depth: number): unknown {
  if (depth === 0 || random.chance(0.5)) return random.pick(VALUES)
  if (random.chance(0.3)) return random.text(random.below(20))
  if (random.chance(0.3)) return random.pick(NUMBERS)
  if (random.chance(0.5)) return Array.from({ length: random.below(3) }, () => randomValue(random, depth - 1))
  return randomObject(random, depth - 1)
}
