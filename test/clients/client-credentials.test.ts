import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { messages } from '../api.js'
import { clients, isInstalled, type Job } from './by-http.js'
import { startTenantAndApi } from './served-api.js'

let served: Awaited<ReturnType<typeof startTenantAndApi>>

beforeAll(async () => {
  served = await startTenantAndApi()
})

afterAll(() => served.close())

function job(domain: 'url' | 'customUrl', clientId = 'messages-worker'): Job {
  return {
    tokenEndpoint: `${served.issuer[domain]}oauth/token`,
    clientId,
    clientSecret: `${clientId}-secret`,
    audience: messages,
    apiUrl: `${served.apiUrl}/messages`,
  }
}

describe.each(clients)('$name', ({ command, client }) => {
  test.for(['url', 'customUrl'] as const)(
    'gets a token at the %s, and the API takes it',
    async (domain, { skip }) => {
      if (command && !process.env.CI && !(await isInstalled(command))) skip(`${command} is not installed`)
      expect(await client(job(domain))).toEqual({
        status: 200,
        body: {
          subject: 'messages-worker@clients',
          scopes: ['read:messages'],
          messages: [{ from: 'northwind', text: 'Welcome' }],
        },
      })
    },
  )

  test('sees the challenge when its token is for another API', async ({ skip }) => {
    if (command && !process.env.CI && !(await isInstalled(command))) skip(`${command} is not installed`)
    const audience = `${served.issuer.url}api/v2/`
    expect(await client({ ...job('url', 'messages-admin'), audience })).toEqual({
      status: 401,
      challenge:
        'Bearer realm="api", error="invalid_token", error_description="The access token is for another audience"',
    })
  })
})
