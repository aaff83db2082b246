import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createOrganizationsApi } from './organizations.js'

const audience = 'https://messages.northwind.com'
const refused =
  'Bearer realm="api", error="insufficient_scope", error_description="The access token lacks a required claim"'

let issuer: TestIssuer
let api: ReturnType<typeof createOrganizationsApi>

beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
  api = createOrganizationsApi({ issuer: issuer.url, audience })
})

afterAll(() => issuer.close())

/** Asks for a token by client credentials, for an organization or for none. */
function askToken(clientId: string, organization?: string) {
  const credentials = { client_id: clientId, client_secret: `${clientId}-secret`, audience }
  return request(issuer.url)
    .post('oauth/token')
    .type('form')
    .send({ grant_type: 'client_credentials', ...credentials, ...(organization && { organization }) })
}

async function get(path: string, organization?: string) {
  const { body } = await askToken('messages-admin', organization)
  return request(api).get(path).auth(body.access_token, { type: 'bearer' })
}

test.each(['org_northwind', 'northwind'])(
  'a machine acting for the organization %s is admitted',
  async (organization) => {
    const { status, body } = await get('/reports', organization)
    expect(status).toBe(200)
    expect(body).toEqual({ organization: 'org_northwind', client: 'messages-admin' })
  },
)

test('the same machine acting for no organization is refused', async () => {
  const { status, headers, body } = await get('/reports')
  expect(status).toBe(403)
  expect(headers['www-authenticate']).toBe(refused)
  expect(body.code).toBe('claim_not_accepted')
})

test('a route can be of the organization in its path', async () => {
  const own = await get('/organizations/org_northwind/reports', 'org_northwind')
  expect(own.status).toBe(200)
  expect(own.body).toEqual({ organization: 'org_northwind' })

  const foreign = await get('/organizations/org_contoso/reports', 'org_northwind')
  expect(foreign.status).toBe(403)
  expect(foreign.headers['www-authenticate']).toBe(refused)
})

test('the tenant gives no token for an organization the client may not act for', async () => {
  const { status, body } = await askToken('messages-worker', 'org_northwind')
  expect(status).toBe(403)
  expect(body).toEqual({
    error: 'access_denied',
    error_description: 'Client is not authorized to access organization: org_northwind',
  })
})
