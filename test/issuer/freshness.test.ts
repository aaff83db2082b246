import { describe, expect, test } from 'vitest'
import { advanceSeconds, stopClock, until } from './clock.js'
import { json, newKey, setupScripted, signedBy } from './scripted-issuer.js'

stopClock()

/** How many seconds pass until requests make the key set be fetched again. */
async function secondsUntilRefresh(cacheControl: string): Promise<number> {
  const { auth, key, script } = setupScripted({ jwks: { maxAgeSeconds: 100, cooldownSeconds: 10 } })
  script.answer(script.jwksUri, () => json({ keys: [key.jwk] }, { 'cache-control': cacheControl }))
  for (let seconds = 0; ; seconds += 1) {
    await auth.verify(signedBy(key))
    if (script.count(script.jwksUri) > 1) return seconds
    advanceSeconds(1)
  }
}

test.each([
  ['public, max-age=30', 24],
  ['max-age=30, stale-while-revalidate=60', 24],
  ['max-age=0', 8],
  ['max-age=3', 8],
  ['no-store', 8],
  ['no-cache, max-age=50', 8],
  ['max-age=86400', 80],
  ['max-age=99999999999', 80],
  ['s-maxage=20', 80],
  ['max-age=soon', 80],
  ['', 80],
])(
  'a key set in use that came with Cache-Control "%s" is refreshed after %d seconds, ahead of its age',
  async (cacheControl, seconds) => {
    expect(await secondsUntilRefresh(cacheControl)).toBe(seconds)
  },
)

describe('a key set with an ETag', () => {
  function setupEtag() {
    const api = setupScripted()
    const { script, key } = api
    let body: unknown = { keys: [key.jwk] }
    let etag = '"one"'
    script.answer(script.jwksUri, () =>
      script.asked.at(-1)?.headers.get('if-none-match') === etag
        ? new Response(null, { status: 304, headers: { 'cache-control': 'max-age=60' } })
        : json(body, { etag }),
    )
    const conditions = () =>
      script.asked
        .filter(({ url }) => url === script.jwksUri)
        .map(({ headers }) => headers.get('if-none-match'))
    const change = (to: unknown, newEtag: string) => {
      body = to
      etag = newEtag
    }
    const refresh = async () => {
      const { length } = api.events
      advanceSeconds(600)
      await api.get(signedBy(key))
      await until(() => api.events.slice(length).some(({ type }) => type.startsWith('keys_refresh')))
    }
    return { ...api, conditions, change, refresh }
  }

  test('is asked for with If-None-Match, and stays when nothing changed', async () => {
    const { get, key, refresh, conditions, ofType } = setupEtag()
    const remembered = signedBy(key)
    await get(remembered)
    await refresh()
    await get(remembered)
    expect(conditions()).toEqual([null, '"one"'])
    expect(ofType('keys_refreshed').map(({ keys, withdrawn }) => [keys, withdrawn])).toEqual([
      [1, 0],
      [1, 0],
    ])
    expect(ofType('accepted').at(-1)?.source).toBe('cache')
  })

  test('is fresh for as long as the 304 says', async () => {
    const { get, key, refresh, conditions } = setupEtag()
    await get(signedBy(key))
    await refresh()
    advanceSeconds(47) // of 60, of which four fifths are 48
    await get(signedBy(key))
    expect(conditions()).toHaveLength(2)
    advanceSeconds(1)
    await get(signedBy(key))
    expect(conditions()).toHaveLength(3)
  })

  test('is taken anew when it changed', async () => {
    const { get, key, change, refresh, conditions } = setupEtag()
    await get(signedBy(key))
    const added = newKey()
    change({ keys: [key.jwk, added.jwk] }, '"two"')
    await refresh()
    await refresh()
    expect(conditions()).toEqual([null, '"one"', '"two"'])
    expect((await get(signedBy(added))).status).toBe(200)
  })

  test('does not have the ETag of a set that was not taken', async () => {
    const { get, key, change, refresh, conditions } = setupEtag()
    await get(signedBy(key))
    change({ keys: [] }, '"empty"')
    await refresh()
    await refresh()
    expect(conditions()).toEqual([null, '"one"', '"one"'])
  })

  test('moves without the ETag of its former address', async () => {
    const { get, key, script, refresh } = setupEtag()
    await get(signedBy(key))
    const moved = 'https://keys.northwind.com/jwks.json'
    script.answer(script.metadataUrl, () => json({ issuer: script.url, jwks_uri: moved }))
    script.answer(moved, () => json({ keys: [key.jwk] }))
    await refresh()
    expect(script.asked.at(-1)?.url).toBe(moved)
    expect(script.asked.at(-1)?.headers.has('if-none-match')).toBe(false)
  })
})

test('a key set without an ETag is asked for again without If-None-Match', async () => {
  const { get, key, script } = setupScripted()
  await get(signedBy(key))
  advanceSeconds(600)
  await get(signedBy(key))
  const asked = script.asked.filter(({ url }) => url === script.jwksUri)
  expect(asked.map(({ headers }) => headers.has('if-none-match'))).toEqual([false, false])
})

test('a 304 that nobody asked for is a failed fetch, not an empty set', async () => {
  const { get, key, script, ofType } = setupScripted()
  script.answer(script.jwksUri, () => new Response(null, { status: 304 }))
  expect((await get(signedBy(key))).status).toBe(503)
  expect(String(ofType('keys_refresh_failed')[0]?.error)).toBe(
    `FetchError: ${script.jwksUri} answered with status 304`,
  )
})

describe('a jwks_uri that changes', () => {
  const moved = 'https://keys.northwind.com/jwks.json'

  function setupMove() {
    const api = setupScripted()
    const rotated = newKey()
    const move = () => {
      api.script.answer(api.script.metadataUrl, () => json({ issuer: api.script.url, jwks_uri: moved }))
      api.script.answer(moved, () => json({ keys: [api.key.jwk, rotated.jwk] }))
    }
    return { ...api, rotated, move }
  }

  test('is discovered at the next refresh', async () => {
    const { get, key, rotated, move, ofType } = setupMove()
    await get(signedBy(key))
    move()
    advanceSeconds(600)
    await get(signedBy(key))
    await until(() => ofType('keys_refreshed').length === 2)
    expect((await get(signedBy(rotated))).status).toBe(200)
    expect(ofType('issuer_discovered').map(({ jwksUri }) => jwksUri)).toEqual([
      'https://login.northwind.com/.well-known/jwks.json',
      moved,
    ])
  })

  test('is discovered after a fetch from the former address failed', async () => {
    const { get, key, script, rotated, move } = setupMove()
    await get(signedBy(key))
    move()
    script.answer(script.jwksUri, () => new Response('', { status: 404 }))
    expect((await get(signedBy(rotated))).status).toBe(503)
    advanceSeconds(1)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })

  test('is discovered when the former address does not know a new key', async () => {
    const { get, key, rotated, move } = setupMove()
    await get(signedBy(key))
    move()
    expect((await get(signedBy(newKey()))).status).toBe(401)
    advanceSeconds(10)
    expect((await get(signedBy(rotated))).status).toBe(200)
  })

  test('is not discovered anew as long as all is well', async () => {
    const { get, key, script } = setupMove()
    await get(signedBy(key))
    const rotated = newKey()
    script.publish(rotated)
    await get(signedBy(rotated))
    expect(script.count(script.metadataUrl)).toBe(1)
    advanceSeconds(10)
    const next = newKey()
    script.publish(next)
    await get(signedBy(next))
    expect(script.count(script.jwksUri)).toBe(3)
    expect(script.count(script.metadataUrl)).toBe(1)
  })

  test.each([
    [599.9, 1],
    [600, 2],
  ])('is looked for %d seconds after the start in %d fetches of the metadata', async (seconds, count) => {
    const { get, key, script, ofType } = setupMove()
    await get(signedBy(key))
    advanceSeconds(seconds)
    await get(signedBy(key))
    await until(() => ofType('keys_refreshed').length === 2)
    expect(script.count(script.metadataUrl)).toBe(count)
    expect(ofType('issuer_discovered')).toHaveLength(1)
  })

  test('does not matter to a configured jwksUri', async () => {
    const jwksUri = 'https://keys.northwind.com/jwks.json'
    const { get, key, script } = setupScripted({
      issuer: { issuer: 'https://login.northwind.com/', jwksUri },
    })
    script.answer(jwksUri, () => json({ keys: [key.jwk] }))
    expect((await get(signedBy(key))).status).toBe(200)
    expect(script.asked.map(({ url }) => url)).toEqual([jwksUri])
  })
})
