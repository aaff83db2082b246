// One Express 5 app behind one contender, in a process of its own.
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import express from 'express'
import { answer, settingsOfChild } from './child.js'

const { contender, config } = settingsOfChild()
const state = { lastFault: undefined }

const app = express()
const [name, variant] = contender.split('@')
const { protect } = await import(`./contenders/${name}.js`)
const middleware = await protect(config, variant)
if (middleware) app.use(middleware)
app.get('/', (_req, res) => {
  res.json({ ok: true })
})
app.use(renderError)

function renderError(error, _req, res, _next) {
  const status = error.status ?? error.statusCode ?? 500
  if (status >= 500) state.lastFault = `${error.name}: ${error.message}`
  res.status(status).json({ ok: false })
}

const server = app.listen(0, '127.0.0.1')
server.keepAliveTimeout = 300_000 // a connection closed just as it is used again would count as no answer
await once(server, 'listening')

const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

answer({
  url: () => `http://127.0.0.1:${server.address().port}/`,
  /** Processor time of the whole process, thread pool included, in microseconds. */
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  memory: () => {
    collectGarbage()
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heap: heapUsed + external }
  },
  /** The longest that this process was kept from running. */
  lagSeconds: () => delay.max / 1e9,
  lastFault: () => state.lastFault,
  advance: (seconds) => globalThis.advanceClock(seconds),
})

function collectGarbage() {
  for (let i = 0; i < 3; i++) globalThis.gc()
}
