// An authorization server on loopback, in a process of its own: discovery and JWK Set for any number of
// issuers http://127.0.0.1:PORT/t/NAME/, all with the same keys. It can be made to fail, and it counts.
import { createServer } from 'node:http'
import { answer } from './child.js'

const none = { requests: 0, jwks: 0, discovery: 0, inFlight: 0, mostInFlight: 0 }
const state = { port: 0, keys: [], mode: 'serve', counts: { ...none } }
const server = createServer(receive)

function receive(req, res) {
  const isKeySet = req.url.endsWith('/jwks.json')
  count(isKeySet, res)
  modes[state.mode](res, JSON.stringify(isKeySet ? { keys: state.keys } : metadataOf(req.url)))
}

function count(isKeySet, res) {
  const { counts } = state
  counts.requests++
  counts[isKeySet ? 'jwks' : 'discovery']++
  counts.inFlight++
  counts.mostInFlight = Math.max(counts.mostInFlight, counts.inFlight)
  res.once('close', () => {
    counts.inFlight--
  })
}

function metadataOf(url) {
  const issuer = `http://127.0.0.1:${state.port}/t/${/\/t\/([^/]+)/.exec(url)?.[1]}/`
  return {
    issuer,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

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
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  let sent = 0
  const timer = setInterval(() => res.write(body[sent++]), 250)
  res.once('close', () => clearInterval(timer))
}

function listen() {
  return new Promise((resolve) => server.listen(state.port, '127.0.0.1', resolve))
}

async function setMode(mode) {
  server.closeAllConnections()
  if (mode === 'refuse') return new Promise((resolve) => server.close(resolve))
  state.mode = mode
  if (!server.listening) await listen()
}

answer({
  async start() {
    await listen()
    state.port = server.address().port
    return { origin: `http://127.0.0.1:${state.port}` }
  },
  keys: (keys) => {
    state.keys = keys
  },
  mode: setMode,
  counts: () => ({ ...state.counts }),
  resetCounts: () => {
    state.counts = { ...none, inFlight: state.counts.inFlight }
  },
})
