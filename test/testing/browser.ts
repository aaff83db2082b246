import { createHash } from 'node:crypto'
import supertest from 'supertest'

export const codeVerifier = 'v'.repeat(43)
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')

export const redirectUri = 'http://localhost:3000/callback'

/** A right authorization request of the single-page application. */
export const spaRequest = {
  client_id: 'messages-spa',
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: 'openid profile email',
  state: 'the state',
  nonce: 'the nonce',
  code_challenge: codeChallenge,
  code_challenge_method: 'S256',
}

type Parameters = Record<string, string>

/** A browser that keeps cookies and presses the buttons of the log-in page. */
export function openBrowser(url: string) {
  const agent = supertest.agent(url)
  const authorize = (parameters: Parameters) => agent.get('authorize').query(parameters)
  return {
    agent,
    authorize,
    async logIn(parameters: Parameters, user = 'auth0|ada') {
      const page = await authorize(parameters)
      if (page.status !== 200) return page // logged in already
      const login = /name="login" value="([^"]+)"/.exec(page.text)?.[1]
      return agent.post('u/login').type('form').send({ login, user })
    },
  }
}

/** The parameters of the address a response redirects to. */
export function redirectedWith(response: { headers: Record<string, string> }): Parameters {
  return Object.fromEntries(new URL(response.headers.location ?? '').searchParams)
}
