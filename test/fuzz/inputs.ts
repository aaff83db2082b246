import { mutate } from './mutations.js'
import type { Random } from './random.js'
import { forgedToken, goodTokens, signedHostileTokens } from './tokens.js'

/** A request as it comes off the wire, and whether it may be let through. */
export interface Input {
  method: string
  url: string
  /** Names and values in turn, as Node keeps them. */
  rawHeaders: string[]
  /** What a body parser left. */
  body: unknown
  /** Known from how it was made, by no grammar of the middleware. Undefined: either answer is right, a fault is not. */
  good: boolean | undefined
}

type Maker = (random: Random) => Partial<Input>

const good = (random: Random) => random.pick(goodTokens)
/** Node's parser takes no other bytes within a value, and trims it. */
const headerValue = (text: string) =>
  text
    .replace(/[^\t -~\u0080-\u00ff]/g, ' ')
    .replace(/^[ \t]+/, '')
    .replace(/[ \t]+$/, '')
/** Of all that mutation brings about, only case and number of spaces do not matter. */
const isGoodValue = (value: string) =>
  /^bearer /i.test(value) && goodTokens.includes(value.slice(6).replace(/^ +/, ''))
const authorization = (text: string): Partial<Input> => {
  const value = headerValue(text)
  return { rawHeaders: ['Authorization', value], good: isGoodValue(value) }
}
const bearer = (token: string) => authorization(`Bearer ${token}`)
const refused = (input: Partial<Input>): Partial<Input> => ({ ...input, good: false })

const SCHEMES = ['Bearer', 'bearer', 'BEARER', 'BeArEr']
const OTHER_SCHEMES = [
  'Basic',
  'DPoP',
  'Digest',
  'Bearers',
  'Bearer-',
  '"Bearer"',
  'Beare',
  'Bearer\t',
  'Bearer=',
]

const inHeader: readonly Maker[] = [
  (random) => authorization(`${random.pick(SCHEMES)}${' '.repeat(1 + random.below(3))}${good(random)}`),
  (random) => bearer(mutate(good(random), random)),
  (random) => bearer(mutate(good(random), random)),
  (random) => authorization(mutate(`Bearer ${good(random)}`, random)),
  (random) => bearer(forgedToken(random)),
  (random) => bearer(forgedToken(random)),
  (random) => bearer(random.pick(signedHostileTokens)),
  (random) => bearer(mutate(random.pick(signedHostileTokens), random)),
  (random) => bearer(crossed(random)),
  (random) => refused(authorization(`${random.pick(OTHER_SCHEMES)} ${good(random)}`)),
  (random) => authorization(random.text(random.below(200))),
  (random) => bearer(random.text(random.below(200))),
  (random) => refused({ rawHeaders: twice(random) }),
  () => refused({ rawHeaders: [] }),
]

/** Parts of different good tokens; all of one now and then. */
function crossed(random: Random): string {
  return [0, 1, 2].map((part) => good(random).split('.')[part]).join('.')
}

function twice(random: Random): string[] {
  const value = () =>
    headerValue(random.chance(0.7) ? `Bearer ${good(random)}` : random.text(random.below(40)))
  const name = () => random.pick(['Authorization', 'authorization', 'AUTHORIZATION'])
  return [name(), value(), 'X-Between', 'Bearer', name(), value()]
}

const FORM = ['Content-Type', 'application/x-www-form-urlencoded', 'Content-Length', '1000']
const post = { method: 'POST', rawHeaders: FORM }
const query = (text: string) => `/?access_token=${text}`
const notOneText = (random: Random, token: string) =>
  random.pick([
    [token],
    [token, token],
    { a: token },
    { length: 1, 0: token },
    null,
    7,
    true,
    '',
    `${token} `,
  ])
const NO_FORMS = [undefined, null, 7, 'access_token', [], Object.create(null)]

const inPlaces: readonly Maker[] = [
  (random) => ({ ...post, body: { access_token: good(random) }, good: true }),
  (random) => ({ url: query(good(random)), good: true }),
  (random) => ({ url: `/?a=b&access_token=${good(random)}&c`, good: true }),
  (random) => refused({ url: query(encodeURIComponent(`${mutate(good(random), random)}.`)) }),
  (random) => refused({ url: `/?access_token=${good(random)}&access_token=${good(random)}` }),
  (random) => refused({ url: `/?access_token[]=${good(random)}` }),
  (random) => refused({ url: `/?access_token=${random.text(30).replace(/[&#]/g, '')}.` }),
  (random) => refused({ ...post, body: { access_token: notOneText(random, good(random)) } }),
  (random) => refused({ ...post, body: { access_token: forgedToken(random) } }),
  (random) => refused({ ...post, body: { access_token: random.text(random.below(60)) } }),
  (random) => refused({ ...post, body: random.pick(NO_FORMS) }),
  (random) => refused({ ...post, url: query(good(random)), body: { access_token: good(random) } }),
  (random) => refused({ method: 'GET', rawHeaders: FORM, body: { access_token: good(random) } }),
  (random) => refused({ method: 'POST', body: { access_token: good(random) } }),
  (random) => refused({ ...bearer(good(random)), url: query(random.pick(['', 'a.b.c', good(random)])) }),
]

const NOISE = [
  'X-Forwarded-For',
  'Accept',
  'Cookie',
  'X-Authorization',
  'Proxy-Authorization',
  'DPoP',
  '__proto__',
]
const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH']

/** Makes the next request. Only with `places` it uses body and query as well. */
export function nextInput(random: Random, { places }: { places: boolean }): Input {
  const made = random.pick(places && random.chance(0.5) ? inPlaces : inHeader)(random)
  const plain = { url: '/messages', rawHeaders: [], body: undefined, good: false }
  const input: Input = { method: random.pick(METHODS), ...plain, ...made }
  if (random.chance(0.3)) {
    const noise = [random.pick(NOISE), headerValue(random.text(random.below(30)))]
    input.rawHeaders = [...noise, ...input.rawHeaders]
  }
  return input
}
