import assert from 'node:assert/strict'
import express from 'express'
import { requireAuth } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'

const issuer = await startTestIssuer()
const auth = requireAuth({ issuer: issuer.url, audience: 'https://messages.northwind.com' })
const app = express()
  .use(auth)
  .get('/', (req, res) => res.json({ subject: req.auth.subject }))
const server = app.listen(0, '127.0.0.1')
const url = await new Promise((resolve) =>
  server.on('listening', () => resolve(`http://127.0.0.1:${server.address().port}/`)),
)

const authorization = `Bearer ${await issuer.token()}`
const answer = await fetch(url, { headers: { authorization } })
assert.equal(answer.status, 200)
assert.deepEqual(await answer.json(), { subject: 'messages-worker@clients' })
assert.equal((await fetch(url)).status, 401)

server.close()
server.closeAllConnections()
await issuer.close()
console.log('ESM: ok')
