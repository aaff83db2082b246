// Sends requests with autocannon, in a process of its own.
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { answer } from './child.js'

const pools = new Map()

/** Tokens `from` to `to` of a file with one token a line, or all headers of a request as JSON. */
function tokensOf({ file, from, to }) {
  if (!pools.has(file)) pools.set(file, readFileSync(file, 'utf8').trimEnd().split('\n'))
  return pools.get(file).slice(from, to)
}

/** Each maker returns, for one connection, the function that gives its next token. */
const orders = {
  random: (tokens) => () => () => tokens[Math.floor(Math.random() * tokens.length)],
  /** Every connection walks the whole list, so a token's first uses arrive together. */
  together(tokens) {
    return () => {
      let next = 0
      return () => tokens[next++ % tokens.length]
    }
  },
  /** The connections share one walk, so no token is used twice before the list ends. */
  once(tokens) {
    let next = 0
    return () => () => tokens[next++ % tokens.length]
  },
}

function withTokens(tokensFor) {
  return (client) => {
    const nextToken = tokensFor()
    client.setRequests([{ setupRequest: (request) => ({ ...request, headers: headersOf(nextToken()) }) }])
  }
}

function headersOf(line) {
  return line.startsWith('{') ? JSON.parse(line) : { authorization: `Bearer ${line}` }
}

/** Sends `requests` requests, or as many as `maxSeconds` allow, and tells how they were answered. */
async function run({ url, tokens, order, requests, connections, maxSeconds }) {
  const setupClient = tokens ? withTokens(orders[order](tokensOf(tokens))) : () => {}
  const times = []
  const statuses = {}
  const started = performance.now()
  let ended = started
  const bounds = { amount: requests, connections, timeout: maxSeconds, sampleInt: 20 }
  const instance = autocannon({ url, ...bounds, setupClient })
  instance.on('response', (_client, status, _bytes, milliseconds) => {
    ended = performance.now()
    times.push(milliseconds)
    statuses[status] = (statuses[status] ?? 0) + 1
  })
  const bound = setTimeout(() => instance.stop(), maxSeconds * 1000)
  const { errors } = await instance
  clearTimeout(bound)
  return { statuses, errors, seconds: (ended - started) / 1000, ...summary(times) }
}

function summary(times) {
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  return { completed: times.length, p50: at(0.5), p99: at(0.99), slowest: times.at(-1) }
}

answer({ run })
