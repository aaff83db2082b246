// Sends requests with autocannon, in a process of its own.
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { answer } from './child.js'

/** A request without an answer for so long is an error. */
const patienceSeconds = 20

const pools = new Map()

/** Tokens `from` to `to` of a file with one token a line, or all headers of a request as JSON. */
function tokensOf({ file, from, to }) {
  if (!pools.has(file)) pools.set(file, readFileSync(file, 'utf8').trimEnd().split('\n'))
  return pools.get(file).slice(from, to)
}

/** The tokens that one of the connections sends, `count` in all. */
const orders = {
  random: (tokens, count) =>
    Array.from({ length: count }, () => tokens[Math.floor(Math.random() * tokens.length)]),
  /** Every connection walks the same list, so a token's first uses arrive together. */
  together: (tokens, count) => Array.from({ length: count }, (_, index) => tokens[index % tokens.length]),
  /** The connections share one walk, so no token is used twice before the list ends. */
  once: (tokens, count, connection) =>
    Array.from({ length: count }, (_, index) => tokens[(connection * count + index) % tokens.length]),
}

/** Requests are written out before the first is sent: the sender must be faster than any server. */
function withTokens(tokens, order, count) {
  let connection = 0
  return (client) => {
    const own = orders[order](tokens, count, connection++)
    client.setRequests(own.map((line) => ({ method: 'GET', headers: headersOf(line) })))
  }
}

function headersOf(line) {
  return line.startsWith('{') ? JSON.parse(line) : { authorization: `Bearer ${line}` }
}

/** Sends `requests` requests, or as many as `maxSeconds` allow, and tells how they were answered. */
async function run({ url, tokens, order, requests, connections, maxSeconds }) {
  const share = Math.ceil(requests / connections)
  const setupClient = tokens ? withTokens(tokensOf(tokens), order, share) : () => {}
  const times = []
  const statuses = {}
  const started = performance.now()
  let ended = started
  const bounds = { amount: requests, connections, timeout: patienceSeconds, sampleInt: 20 }
  const instance = autocannon({ url, ...bounds, setupClient })
  instance.on('response', (_client, status, _bytes, milliseconds) => {
    ended = performance.now()
    times.push(milliseconds)
    statuses[status] = (statuses[status] ?? 0) + 1
  })
  const bound = stopAfter(instance, maxSeconds)
  const { errors } = await instance
  bound.clear()
  return { statuses, errors, seconds: (ended - started) / 1000, ...summary(times) }
}

/** Counted from the first answer: writing the requests out takes its time too. */
function stopAfter(instance, seconds) {
  let timer
  instance.once('response', () => {
    timer = setTimeout(() => instance.stop(), seconds * 1000)
  })
  return { clear: () => clearTimeout(timer) }
}

function summary(times) {
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  return { completed: times.length, p50: at(0.5), p99: at(0.99), slowest: times.at(-1) }
}

answer({ run })
