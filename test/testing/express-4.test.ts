import { decodeJwt } from 'jose'
import supertest from 'supertest'
import { expect, test, vi } from 'vitest'
import { codeVerifier, openBrowser, redirectedWith, redirectUri, spaRequest } from './browser.js'
import { admin, messages, startedIssuer } from './started-issuer.js'

vi.mock('express', () => vi.importActual('express4'))

test('Express 4 serves token requests', async () => {
  const issuer = await startedIssuer()
  const body = { grant_type: 'client_credentials', ...admin, audience: messages }
  const response = await supertest(issuer.customUrl).post('oauth/token').send(body)
  expect(response.status).toBe(200)
  expect(decodeJwt(response.body.access_token).iss).toBe(issuer.customUrl)
})

test.each([
  ['text', 'The body must be form-encoded or a JSON object', 'grant_type=client_credentials'],
  ['form', 'A parameter is repeated', 'grant_type=a&grant_type=b'],
  ['json', 'The body cannot be read', '{'],
  ['form', 'Missing required parameter: grant_type', 'grant_type[a]=b'],
])('Express 4 refuses a wrong body in %s: %s', async (type, error_description, body) => {
  const issuer = await startedIssuer()
  const response = await supertest(issuer.url).post('oauth/token').type(type).send(body)
  expect(response.status).toBe(400)
  expect(response.body).toEqual({ error: 'invalid_request', error_description })
})

test('Express 4 serves log-ins', async () => {
  const issuer = await startedIssuer()
  const { logIn } = openBrowser(issuer.url)
  const { code } = redirectedWith(await logIn({ ...spaRequest, audience: messages }))
  const response = await supertest(issuer.url).post('oauth/token').send({
    grant_type: 'authorization_code',
    client_id: 'messages-spa',
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
    code,
  })
  expect(decodeJwt(response.body.id_token).sub).toBe('auth0|ada')
})
