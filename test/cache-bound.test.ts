import { expect, test } from 'vitest'
import { newKey, setupScripted, signedBy } from './issuer/scripted-issuer.js'

test('the cache remembers 10,000 tokens unless another number is set', async () => {
  const key = newKey()
  const { auth, ofType } = setupScripted({}, {}, key)
  const tokens = Array.from({ length: 10_001 }, (_, n) => signedBy(key, { jti: `${n}` }))
  const [oldest, second] = tokens as [string, string]
  for (const token of tokens.slice(0, 10_000)) await auth.verify(token)
  for (const token of [second, ...tokens.slice(10_000), oldest]) await auth.verify(token)
  const sources = ofType('accepted').map(({ source }) => source)
  expect(sources.slice(10_000)).toEqual(['cache', 'jwt', 'jwt'])
})
