import { type AuthEvent, type IssuerOptions, requireAuth } from 'express-require-auth'
import { describe, expect, test, vi } from 'vitest'
import { messages } from '../api.js'
import { craftKey, encode, goodClaims } from '../craft.js'
import { mount, setup } from '../setup.js'
import { advanceSeconds, stopClock } from './clock.js'
import { json, newKey, scriptIssuer, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

const north = 'https://login.northwind.com/'
const east = 'https://login.eastwind.com/'
const unknownIssuer =
  'Bearer realm="api", error="invalid_token", error_description="The access token is from an unknown issuer"'

/** Two tenants, each with a key of its own, behind one `fetch`. */
function setupTwo(settings: { [issuer: string]: Partial<IssuerOptions> } = {}) {
  const tenants = [north, east].map((issuer) => {
    const script = scriptIssuer(issuer)
    const key = newKey()
    script.up(key)
    return { issuer, script, key, token: (claims = {}) => signedBy(key, { iss: issuer, ...claims }) }
  })
  const [northwind, eastwind] = tenants as [(typeof tenants)[0], (typeof tenants)[0]]
  const fetch = ((url: string, init: RequestInit) =>
    (url.startsWith(east) ? eastwind : northwind).script.fetch(url, init)) as typeof globalThis.fetch
  const settingsOf = (issuer: string) => ({ issuer, ...settings[issuer] })
  const common = { audience: messages, algorithms: ['ES256'] as const, fetch }
  return {
    northwind,
    eastwind,
    common,
    settingsOf,
    list: { ...common, issuer: [north, east].map(settingsOf) },
  }
}

describe('a list of issuers', () => {
  test('admits the canonical and the custom domain of one tenant', async () => {
    const { issuer } = await setup()
    const { get } = mount({ issuer: [issuer.url, issuer.customUrl], audience: messages })
    expect((await get(await issuer.token())).status).toBe(200)
    expect((await get(await issuer.token({ issuer: issuer.customUrl }))).status).toBe(200)
  })

  test('admits no other domain of the tenant than those it names', async () => {
    const { issuer, get } = await setup()
    const response = await get(await issuer.token({ issuer: issuer.customUrl }))
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(unknownIssuer)
  })

  test('never lets one tenant sign for another', async () => {
    const { northwind, eastwind, list } = setupTwo()
    const { get, auth } = mount(list)
    await auth.ready()
    for (const token of [signedBy(northwind.key, { iss: east }), signedBy(eastwind.key)]) {
      const response = await get(token)
      expect(response.status).toBe(401)
      expect(response.body.code).toBe('key_unknown')
    }
  })

  test('keeps keys apart that have the same kid', async () => {
    const { eastwind, list, northwind } = setupTwo()
    const twin = newKey(northwind.key.jwk.kid)
    eastwind.script.publish(twin)
    const { get } = mount(list)
    expect((await get(northwind.token())).status).toBe(200)
    expect((await get(signedBy(twin, { iss: east }))).status).toBe(200)
    expect((await get(signedBy(twin))).body.code).toBe('signature_invalid')
  })

  test('asks only the issuer of the token', async () => {
    const { eastwind, northwind, list } = setupTwo()
    await mount(list).get(eastwind.token())
    expect(northwind.script.asked).toEqual([])
    expect(eastwind.script.asked).toHaveLength(2)
  })

  test('lets the outage of one tenant not touch the other', async () => {
    const { eastwind, northwind, list } = setupTwo()
    northwind.script.down()
    const { get } = mount(list)
    expect((await get(northwind.token())).status).toBe(503)
    expect((await get(eastwind.token())).status).toBe(200)
  })

  test('holds each issuer to its own audience', async () => {
    const { eastwind, northwind, list } = setupTwo({ [east]: { audience: 'https://east.example' } })
    const { get } = mount(list)
    expect((await get(eastwind.token({ aud: 'https://east.example' }))).status).toBe(200)
    expect((await get(eastwind.token())).body.code).toBe('audience_mismatch')
    expect((await get(northwind.token({ aud: 'https://east.example' }))).body.code).toBe('audience_mismatch')
  })

  test('holds each issuer to its own algorithms', async () => {
    const { eastwind, northwind, list } = setupTwo({ [east]: { algorithms: ['RS256'] } })
    const { get } = mount(list)
    expect((await get(northwind.token())).status).toBe(200)
    expect((await get(eastwind.token())).body.code).toBe('algorithm_not_allowed')
  })

  test('costs no fetch for foreign issuers, however many', async () => {
    const { northwind, list } = setupTwo()
    const { auth } = mount(list)
    const foreign = Array.from({ length: 500 }, (_, n) =>
      northwind.token({ iss: `https://foreign-${n}.example/` }),
    )
    await Promise.allSettled(foreign.map((token) => auth.verify(token)))
    expect(northwind.script.asked).toEqual([])
  })

  test('takes the key of a tenant at its configured address', async () => {
    const jwksUri = 'https://keys.northwind.com/jwks.json'
    const { northwind, list } = setupTwo({ [north]: { jwksUri } })
    northwind.script.answer(jwksUri, () => json({ keys: [northwind.key.jwk] }))
    expect((await mount(list).get(northwind.token())).status).toBe(200)
    expect(northwind.script.asked.map(({ url }) => url)).toEqual([jwksUri])
  })
})

describe('a wrong issuer setting is a TypeError at construction:', () => {
  test.each([
    ['http', 'http://login.northwind.com/'],
    ['a query', 'https://login.northwind.com/?a'],
    ['no name', ''],
    ['nobody', []],
    ['the same twice', [north, { issuer: 'login.northwind.com' }]],
    ['an http jwksUri', { issuer: north, jwksUri: 'http://keys.northwind.com/' }],
    ['an empty key set', { issuer: north, jwks: { keys: [] } }],
    ['no key set', { issuer: north, jwks: 'keys' }],
    ['an unknown setting', { issuer: north, jwksUrl: 'https://keys.northwind.com/' }],
    ['an empty audience', { issuer: north, audience: '' }],
    ['an empty list of audiences', { issuer: north, audience: [] }],
    ['HS256', { issuer: north, algorithms: ['HS256'] }],
    ['no algorithm', { issuer: north, algorithms: [] }],
  ])('%s', (_, issuer) => {
    expect(() => requireAuth({ issuer: issuer as never, audience: messages })).toThrow(TypeError)
    expect(() => requireAuth({ issuer: issuer as never, audience: messages })).toThrow(/issuer/)
  })
})

describe.each([
  ['at once', <T>(value: T) => value],
  ['with a promise', async <T>(value: T) => value],
])('a resolver that answers %s', (_, answered) => {
  function setupResolver(settings: Parameters<typeof setupTwo>[0] = {}) {
    const two = setupTwo(settings)
    const known = new Set([north, east])
    const resolve = vi.fn((iss: string) => answered(known.has(iss) ? two.settingsOf(iss) : undefined))
    return { ...two, known, resolve, ...mount({ ...two.common, issuer: resolve }) }
  }

  test('admits the tokens of the issuers it returns', async () => {
    const { get, northwind, eastwind } = setupResolver()
    expect((await get(northwind.token())).status).toBe(200)
    expect((await get(eastwind.token())).status).toBe(200)
  })

  test('costs no fetch for a name it does not return', async () => {
    const { get, northwind, resolve } = setupResolver()
    const response = await get(northwind.token({ iss: 'https://login.evil.example/' }))
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(unknownIssuer)
    expect(northwind.script.asked).toEqual([])
    expect(resolve.mock.calls.map(([iss]) => iss)).toEqual(['https://login.evil.example/'])
  })

  test('is asked once for every request, remembered token or not, with the request', async () => {
    const { get, northwind, resolve } = setupResolver()
    const token = northwind.token()
    for (let n = 1; n <= 3; n += 1) {
      expect((await get(token)).status).toBe(200)
      expect(resolve).toHaveBeenCalledTimes(n)
      expect(resolve).toHaveBeenLastCalledWith(north, expect.objectContaining({ method: 'GET' }))
    }
  })

  test('leaves a token remembered while it returns the same settings', async () => {
    const { common, northwind, resolve } = setupResolver()
    const sources: unknown[] = []
    const onEvent = (event: AuthEvent) => void (event.type === 'accepted' && sources.push(event.source))
    const { get } = mount({ ...common, issuer: resolve, onEvent })
    const token = northwind.token()
    for (let n = 1; n <= 3; n += 1) await get(token)
    expect(sources).toEqual(['jwt', 'cache', 'cache'])
  })

  test('ends the remembered tokens of an issuer it no longer returns', async () => {
    const { get, northwind, known } = setupResolver()
    const token = northwind.token()
    await get(token)
    known.delete(north)
    const response = await get(token)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(unknownIssuer)
  })

  test('builds an issuer once, though its settings are a new object every time', async () => {
    const { get, northwind } = setupResolver()
    await get(northwind.token())
    await get(northwind.token())
    expect(northwind.script.asked).toHaveLength(2)
  })

  test('has remembered tokens judged anew by changed settings', async () => {
    const settings = { [north]: { audience: [messages] } }
    const { get, northwind } = setupResolver(settings)
    const token = northwind.token()
    await get(token)
    settings[north] = { audience: [messages, 'https://new.example'] }
    expect((await get(token)).status).toBe(200)
    settings[north] = { audience: ['https://new.example'] }
    const response = await get(token)
    expect(response.status).toBe(401)
    expect(response.body.code).toBe('audience_mismatch')
  })

  test('cannot make a token count as one of another issuer', async () => {
    const { common, northwind, eastwind } = setupTwo()
    const { get } = mount({ ...common, issuer: () => answered(east) })
    expect((await get(northwind.token())).body.code).toBe('issuer_unknown')
    expect((await get(eastwind.token())).status).toBe(200)
  })

  test('has keys never shared across tenants', async () => {
    const { get, northwind, eastwind } = setupResolver()
    await get(northwind.token())
    await get(eastwind.token())
    expect((await get(signedBy(northwind.key, { iss: east }))).body.code).toBe('key_unknown')
  })

  test('is not held to ready()', async () => {
    const { auth, northwind } = setupResolver()
    await auth.ready()
    expect(northwind.script.asked).toEqual([])
  })
})

describe('a resolver', () => {
  test('that throws is a fault, passed on as it is', async () => {
    const fault = new Error('database gone')
    const { auth } = setupScripted({
      issuer: () => {
        throw fault
      },
    })
    await expect(auth.verify(signedBy(newKey()))).rejects.toBe(fault)
  })

  test('that returns wrong settings is a fault that names them', async () => {
    const { auth, key } = setupScripted({ issuer: () => 'http://login.northwind.com/' })
    await expect(auth.verify(signedBy(key))).rejects.toThrow(TypeError)
  })

  test.each([undefined, null, 7, ['https://login.northwind.com/']])(
    'is not asked about an iss of %j',
    async (iss) => {
      const resolve = vi.fn(() => north)
      const { get, key } = setupScripted({ issuer: resolve })
      expect((await get(signedBy(key, { iss }))).body.code).toBe('issuer_unknown')
      expect(resolve).not.toHaveBeenCalled()
    },
  )

  test('has the keys of at most 20,000 issuers kept, those used last', async () => {
    const tenant = (n: number) => `https://tenant-${n}.northwind.com/`
    let fetches = 0
    const outage = new TypeError('fetch failed')
    const { auth } = setupScripted({
      issuer: (iss) => ({ issuer: iss, jwksUri: `${iss}jwks` }),
      cache: false,
      fetch: async () => {
        fetches += 1
        throw outage // cheap, and enough to see whether a source was kept: its backoff stays with it
      },
    })
    const [head, , signature] = signedBy(newKey()).split('.') // there are no keys to verify it with
    const tokenOf = (iss: string) => `${head}.${encode(goodClaims({ iss }))}.${signature}`
    const use = (n: number) => auth.verify(tokenOf(tenant(n))).catch(() => {})
    for (let n = 0; n < 20_000; n += 1) await use(n)
    await use(0)
    expect(fetches).toBe(20_000)
    await use(20_000) // the 20,001st takes the place of the one unused longest, which is 1
    await use(0)
    expect(fetches).toBe(20_001)
    await use(1)
    expect(fetches).toBe(20_002)
  })

  test('has no issuer of a long outage forgotten before its backoff ends', async () => {
    const { get, key, script } = setupScripted({ issuer: () => north })
    script.down()
    await get(signedBy(key))
    await get(signedBy(key))
    expect(script.asked).toHaveLength(1)
    script.up(key)
    advanceSeconds(1)
    expect((await get(signedBy(key))).status).toBe(200)
  })
})

test('keys are good for RS256 unless told otherwise', async () => {
  const { issuer, get } = await setup()
  expect((await get(await issuer.token())).status).toBe(200)
  expect((await get(signedBy(craftKey('ec'), { iss: issuer.url }))).body.code).toBe('algorithm_not_allowed')
})
