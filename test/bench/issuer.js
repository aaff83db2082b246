// Authorization servers on loopback, in a process of their own: each has discovery and a JWK Set for any number
// of issuers http://127.0.0.1:PORT/t/NAME/, all with the same keys. It can be made to fail, and it counts.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { answer } from './child.js'
import { audience } from './tokens.js'

/** Time to answer, as over a network: answered at once, no two fetches could be seen in flight together. */
const networkMilliseconds = 20

const none = { requests: 0, jwks: 0, discovery: 0, inFlight: 0, mostInFlight: 0 }

const modes = {
  serve: (res, body) => send(res, 200, body),
  error: (res) => send(res, 500, '{"error":"server_error"}'),
  garbage: (res) => send(res, 200, '<!doctype html><title>Down for maintenance</title>'),
  hang: () => {},
  drip,
}

function send(res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

/** Sends the right document, one byte each 250 ms: never silent long enough for an idle timer. */
function drip(res, body) {
  res.writeHead(200, { 'content-type': 'application/json' })
  let sent = 0
  const timer = setInterval(() => {
    if (sent < body.length) res.write(body[sent++])
    else res.end()
  }, 250)
  res.once('close', () => clearInterval(timer))
}

function createIssuer() {
  const state = { port: 0, keys: [], mode: 'serve', counts: { ...none } }
  const server = createServer((req, res) => {
    count(state.counts, req.url, res)
    const body = JSON.stringify(documentFor(req.url, state))
    setTimeout(() => modes[state.mode](res, body), networkMilliseconds)
  })
  const listen = async () => {
    server.listen(state.port, '127.0.0.1')
    await once(server, 'listening')
    state.port = server.address().port
  }
  return { state, listen, setMode: (mode) => setMode(mode, { state, server, listen }) }
}

function documentFor(url, { keys, port }) {
  const issuer = `http://127.0.0.1:${port}/t/${/\/t\/([^/]+)/.exec(url)?.[1]}/`
  if (isKeySet(url)) return { keys }
  return url.endsWith('/introspect') ? activeToken(issuer) : metadataOf(issuer)
}

function isKeySet(url) {
  return url.endsWith('/jwks.json')
}

/** Every opaque token is active for an hour. */
function activeToken(issuer) {
  const exp = Math.floor(Date.now() / 1000) + 3600
  return {
    active: true,
    iss: issuer,
    sub: 'user',
    client_id: 'web',
    aud: audience,
    exp,
    scope: 'read:messages',
  }
}

function count(counts, url, res) {
  counts.requests++
  counts[isKeySet(url) ? 'jwks' : 'discovery']++
  counts.inFlight++
  counts.mostInFlight = Math.max(counts.mostInFlight, counts.inFlight)
  res.once('close', () => {
    counts.inFlight--
  })
}

function metadataOf(issuer) {
  return {
    issuer,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    introspection_endpoint: `${issuer}introspect`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

/** `refuse` stops listening; every other mode is a way to answer. Connections of the former mode end. */
async function setMode(mode, { state, server, listen }) {
  server.closeAllConnections()
  if (mode === 'refuse') return void (await new Promise((resolve) => server.close(resolve)))
  state.mode = mode
  if (!server.listening) await listen()
}

const issuers = []

answer({
  async start() {
    const issuer = createIssuer()
    await issuer.listen()
    return { id: issuers.push(issuer) - 1, origin: `http://127.0.0.1:${issuer.state.port}` }
  },
  keys({ id, keys }) {
    issuers[id].state.keys = keys
  },
  mode: ({ id, mode }) => issuers[id].setMode(mode),
  counts: ({ id }) => ({ ...issuers[id].state.counts }),
  resetCounts({ id }) {
    const { counts } = issuers[id].state
    Object.assign(counts, { ...none, inFlight: counts.inFlight, mostInFlight: counts.inFlight })
  },
})
