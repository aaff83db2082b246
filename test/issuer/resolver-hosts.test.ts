import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { messages } from '../api.js'
import { mount } from '../setup.js'
import { newKey, scriptIssuer, signedBy } from './scripted-issuer.js'

const issuer = 'https://login.northwind.com/'

describe('two first uses at once of tokens for two hosts, one of which trusts their issuer,', () => {
  const trusted = 'messages.northwind.com'

  test.each(['the very same token', 'two tokens'])('do not share a verdict: %s', async (which) => {
    const script = scriptIssuer()
    const key = newKey()
    script.up(key)
    const { app } = mount({
      issuer: async (_, req) => (req?.headers.host === trusted ? issuer : undefined),
      audience: messages,
      algorithms: ['ES256'],
      fetch: script.fetch,
    })
    const first = signedBy(key)
    const second = which === 'two tokens' ? signedBy(key) : first
    const ask = (host: string, token: string) =>
      supertest(app).get('/').set('Host', host).set('Authorization', `Bearer ${token}`)
    for (const hosts of [
      [trusted, 'other.northwind.com'],
      ['other.northwind.com', trusted],
    ] as const) {
      const answers = await Promise.all([ask(hosts[0], first), ask(hosts[1], second), ask(hosts[1], first)])
      expect(answers.map(({ status }) => status)).toEqual(
        hosts[0] === trusted ? [200, 401, 401] : [401, 200, 200],
      )
    }
  })
})
