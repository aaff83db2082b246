import supertest from 'supertest'
import { expect, test } from 'vitest'
import { startedIssuer } from './started-issuer.js'

test.each(['openid-configuration', 'jwks.json'])('every page may read %s', async (path) => {
  const issuer = await startedIssuer()
  const response = await supertest(issuer.url).get(`.well-known/${path}`).set('Origin', 'https://any.example')
  expect(response.headers['access-control-allow-origin']).toBe('*')
})

test.each(['oauth/token', 'oauth/revoke', 'userinfo'])(
  "pages of the tenant's clients may ask %s",
  async (path) => {
    const issuer = await startedIssuer()
    const { status, headers } = await supertest(issuer.url)
      .options(path)
      .set('Origin', 'http://localhost:3000')
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Authorization, Content-Type, Auth0-Client, DPoP',
      vary: 'Origin',
    })
  },
)

test.each(['https://evil.example', 'null'])('pages of %s may not ask for tokens', async (origin) => {
  const issuer = await startedIssuer()
  const { headers } = await supertest(issuer.url).post('oauth/token').set('Origin', origin)
  expect(headers['access-control-allow-origin']).toBeUndefined()
  expect(headers.vary).toBe('Origin')
})
