import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { requireAuth } from 'express-require-auth'
import { createRedisReplayStore } from 'express-require-auth/redis'
import { createClient } from 'redis'

/** One of several machines that serve one API. Run as a process: tells its port, and serves until it is killed. */
const [issuer = '', redisUrl = ''] = process.argv.slice(2)
const redis = createClient({ url: redisUrl, socket: { reconnectStrategy: 20 } })
redis.on('error', () => {})
await redis.connect()

const app = express()
app.set('trust proxy', 'loopback') // every machine is called by the name of the API
app.use(
  requireAuth({
    issuer,
    audience: 'https://messages.northwind.com',
    dpop: { replayStore: createRedisReplayStore(redis, { timeoutSeconds: 3 }) },
  }),
)
app.use((_req, res) => void res.end())
app.use(
  ((error, _req, res, _next) => void res.status(error.status).end(error.code)) as express.ErrorRequestHandler,
)

const server = createServer(app).listen(0, '127.0.0.1')
server.keepAliveTimeout = 60_000 // no connection is closed while the test is about to use it
await once(server, 'listening')
process.send?.((server.address() as AddressInfo).port)
process.on('disconnect', () => process.exit())
