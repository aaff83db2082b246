import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { messages } from '../api.js'
import { mount } from '../setup.js'
import { until } from './clock.js'
import { newKey, scriptIssuer, signedBy } from './scripted-issuer.js'

const issuer = 'https://login.northwind.com/'
const trusting = 'messages.northwind.com'
const other = 'other.northwind.com'

/** An API that trusts its issuer for one host, and decides on no request before two have come. */
function setupHosts() {
  const script = scriptIssuer()
  const key = newKey()
  script.up(key)
  let arrived = 0
  const { app } = mount(
    {
      issuer: async (_, req) => {
        await until(() => arrived === 2)
        return req?.headers.host === trusting ? issuer : undefined
      },
      audience: messages,
      algorithms: ['ES256'],
      fetch: script.fetch,
    },
    {
      before: [
        (_req, _res, next) => {
          arrived += 1
          next()
        },
      ],
    },
  )
  const ask = (host: string, token: string) =>
    supertest(app)
      .get('/')
      .set('Host', host)
      .set('Authorization', `Bearer ${token}`)
      .then(({ status }) => status)
  return { key, ask, hasArrived: () => arrived === 1 }
}

describe('two first uses at once, for two hosts of which one trusts the issuer,', () => {
  test.each([
    ['the very same token, the trusting host first', [trusting, other], true],
    ['the very same token, the trusting host last', [other, trusting], true],
    ['two tokens, the trusting host first', [trusting, other], false],
  ] as const)('do not share a verdict: %s', async (_, [first, second], isSame) => {
    const { key, ask, hasArrived } = setupHosts()
    const token = signedBy(key)
    const answers = [ask(first, token)]
    await until(hasArrived)
    answers.push(ask(second, isSame ? token : signedBy(key)))
    expect(await Promise.all(answers)).toEqual([first, second].map((host) => (host === trusting ? 200 : 401)))
  })
})
