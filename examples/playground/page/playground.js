import { Auth0Client } from '/auth0-spa-js/auth0-spa-js.production.esm.js'
import { readToken, showTime, showToken } from './access-token.js'
import { showAnswer } from './answer.js'
import { audienceOf, keepChoice, readChoice, restoreChoice } from './choice.js'

const byId = (id) => document.getElementById(id)
const home = `${location.origin}/`
const settings = await (await fetch('/settings.json')).json()
const logInForm = byId('log-in-form')
let token

/** Creates a client for one audience and set of scopes; another choice needs another client. */
function createClient(choice) {
  const audience = audienceOf(choice, settings.audiences)
  return new Auth0Client({
    domain: settings.domain,
    clientId: settings.clientId,
    authorizationParams: {
      redirect_uri: home,
      scope: choice.scopes.join(' '),
      ...(audience && { audience }),
    },
    useRefreshTokens: true,
    useRefreshTokensFallback: true, // after a reload the tokens are gone: the tenant's session brings others
    workerUrl: '/auth0-spa-js/auth0-spa-js.worker.production.js',
  })
}

function tell(text) {
  byId('status').textContent = text
}

/** Runs a step of the page and shows its error. */
async function attempt(step) {
  byId('problem').textContent = ''
  try {
    await step()
  } catch (error) {
    const name = error.error ?? error.name
    byId('problem').textContent = `${name}: ${error.error_description ?? error.message}`
  }
}

async function finishLogIn() {
  try {
    await client.handleRedirectCallback()
  } finally {
    history.replaceState(undefined, '', home)
  }
}

async function takeToken(options) {
  token = readToken(await client.getTokenSilently({ ...options, detailedResponse: true }))
  showToken(token)
  showTime(token)
}

async function begin() {
  const query = new URLSearchParams(location.search)
  if (query.has('state')) await finishLogIn()
  else await client.checkSession()
  const user = await client.getUser()
  if (!user) return
  await takeToken()
  byId('log-in').textContent = 'Get a token for these'
  byId('log-out').hidden = false
  tell(`Logged in as ${user.name ?? user.sub}.`)
}

async function refresh() {
  await takeToken({ cacheMode: 'off' })
  tell('Refreshed: the tenant sent a new access token and a new refresh token.')
}

function logIn() {
  const choice = readChoice(logInForm)
  keepChoice(choice)
  return createClient(choice).loginWithRedirect()
}

function addressOf(path) {
  return path === '/userinfo' ? `${settings.domain}${path}` : path
}

/** Changes one character in the middle of the signature. */
function tamper(value) {
  const at = value.length - 100
  return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
}

function authorizationFor(credentials) {
  if (credentials === 'none' || !token) return {}
  return { Authorization: `Bearer ${credentials === 'tampered' ? tamper(token.value) : token.value}` }
}

async function call(route, { credentials, text }) {
  const [method, path] = route.split(' ')
  if (token && byId('refresh-always').checked) await takeToken()
  const headers = authorizationFor(credentials)
  const message = method === 'POST' && {
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  }
  await showAnswer(route, await fetch(addressOf(path), { method, headers, ...message }))
}

function showAudience() {
  const audience = audienceOf(readChoice(logInForm), settings.audiences)
  byId('audience-value').textContent = audience ?? 'no audience'
}

/** Announces once that the token has expired. The countdown itself is not announced: a screen reader would not stop. */
function watchExpiry() {
  let toldFor
  setInterval(() => {
    if (!token || !showTime(token) || toldFor === token) return
    toldFor = token
    tell('The access token has expired: the API refuses it, after a few seconds of clock tolerance.')
  }, 1000)
}

logInForm.addEventListener('change', showAudience)
logInForm.addEventListener('submit', (event) => {
  event.preventDefault()
  attempt(logIn)
})
byId('log-out').addEventListener('click', () =>
  attempt(() => client.logout({ logoutParams: { returnTo: home } })),
)
byId('refresh').addEventListener('click', () => attempt(refresh))
byId('call-form').addEventListener('submit', (event) => event.preventDefault())
byId('routes').addEventListener('click', ({ target }) => {
  const route = target.closest('button')?.value
  if (route) attempt(() => call(route, Object.fromEntries(new FormData(byId('call-form')))))
})

restoreChoice(logInForm)
showAudience()
const client = createClient(readChoice(logInForm))
tell('Not logged in.')
await attempt(begin)
byId('log-in').disabled = false
watchExpiry()
