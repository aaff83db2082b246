// The API under test, in a process of its own: one app for each way to guard it.
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import express from 'express'
import { authErrorHandler, requireAuth } from 'express-require-auth'
import { createRedisReplayStore } from 'express-require-auth/redis'
import { createClient } from 'redis'
import { answer, settingsOfChild } from '../bench/child.js'
import { audience } from '../bench/tokens.js'

const { issuer, tenants, redisUrl } = settingsOfChild()
const faults = []

for (const name of ['unhandledRejection', 'uncaughtException', 'warning'])
  process.on(name, (reason) => faults.push(`${name}: ${reason?.stack ?? reason}`))

/** Short times, so that keys grow old again and again. The deadline stays as it is: a busy machine may stand still. */
const jwks = { maxAgeSeconds: 1, cooldownSeconds: 0.5 }
const cache = { maxEntries: 500 } // full within the first cycle
const failedFetches = []
const onEvent = ({ type, reason }) => void (type === 'keys_refresh_failed' && failedFetches.push(reason))
const common = { issuer, audience, jwks, cache, onEvent }

const guards = {
  steady: common,
  strict: { ...common, jwks: { ...jwks, maxStaleSeconds: 0 } },
  tenants: { audience, issuer: tenantNamed },
}
if (redisUrl) guards.bound = { ...common, dpop: { required: true, replayStore: await connectedStore() } }

/** Trusts `tenants.count` issuers, each with the keys at its own address. */
function tenantNamed(iss) {
  const [, number] = /\/t\/(\d{1,5})\/$/.exec(iss) ?? []
  const isOurs = Number(number) < tenants.count && iss === `${tenants.origin}/t/${number}/`
  return isOurs ? { issuer: iss, jwksUri: `${iss}.well-known/jwks.json` } : undefined
}

async function connectedStore() {
  const redis = createClient({ url: redisUrl, socket: { reconnectStrategy: 20 } })
  redis.on('error', () => {}) // the server is killed now and then
  return createRedisReplayStore(await redis.connect(), { timeoutSeconds: 3 })
}

async function serve(options) {
  const app = express()
  app.use(requireAuth(options))
  app.get('/', (_req, res) => void res.json({ ok: true }))
  app.use(authErrorHandler())
  app.use((error, _req, res, _next) => {
    faults.push(error.stack)
    res.status(500).json({ code: 'fault' })
  })
  const server = app.listen(0, '127.0.0.1')
  server.keepAliveTimeout = 300_000 // a connection closed just as it is used again would count as no answer
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}/`
}

const urls = {}
for (const [name, options] of Object.entries(guards)) urls[name] = await serve(options)

const delays = new Map()
const delayOf = (phase) => delays.get(phase) ?? delays.set(phase, newDelay()).get(phase)
const newDelay = () => monitorEventLoopDelay({ resolution: 1 })

answer({
  urls: () => urls,
  faults: () => faults.splice(0),
  failedFetches: () => failedFetches.splice(0),
  enter: (phase) => void delayOf(phase).enable(),
  leave: (phase) => void delayOf(phase).disable(),
  delay: (phase) => ({ p99: delayOf(phase).percentile(99) / 1e6, longest: delayOf(phase).max / 1e6 }),
  /** What is left after garbage was collected. */
  memory() {
    for (let i = 0; i < 3; i++) globalThis.gc()
    const { rss, heapUsed } = process.memoryUsage()
    return { rss, heap: heapUsed }
  },
})
