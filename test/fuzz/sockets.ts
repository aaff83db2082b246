import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { authErrorHandler, requireAuth } from 'express-require-auth'
import { type Input, nextInput } from './inputs.js'
import type { Random } from './random.js'
import { targets } from './target.js'

/** The statuses of ours, and those that Node's own parser answers with. */
const REFUSALS = ['400', '401', '431']

/** Sends `count` requests through a real server, `concurrency` at a time. Resolves with what went wrong. */
export async function fuzzSockets(random: Random, count: number, concurrency = 16): Promise<string[]> {
  const server = await listen()
  const wrong: string[] = []
  let left = count
  async function work(): Promise<void> {
    while (left > 0) {
      left -= 1
      const input = nextInput(random, { places: false })
      const complaint = await probe(server, input, random)
      if (complaint) wrong.push(`socket: ${complaint} for ${JSON.stringify(input)}`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  server.close()
  return wrong
}

async function listen(): Promise<Server> {
  const app = express()
  app.use(requireAuth(targets[0].options))
  app.use((_req, res) => void res.sendStatus(200))
  app.use(authErrorHandler())
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function probe(server: Server, input: Input, random: Random): Promise<string | undefined> {
  const spoiled = random.chance(0.1)
  const bytes = spoiled ? spoil(textOf(input), random) : textOf(input)
  const { port } = server.address() as AddressInfo
  const status = spoiled ? await exchange(port, bytes, 'half-closed') : await exchange(port, bytes)
  if (spoiled && ((status === '200' && input.good) || status === '')) return undefined // the byte did not matter
  if (input.good && !spoiled) return status === '200' ? undefined : `refused a good token with ${status}`
  return REFUSALS.includes(status) ? undefined : `answered ${status}`
}

function textOf({ method, url, rawHeaders }: Input): string {
  const fields: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) fields.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return [`${method} ${url} HTTP/1.1`, 'Host: a', 'Connection: close', ...fields, '', ''].join('\r\n')
}

/** Changes one byte anywhere, line ends included. */
function spoil(text: string, random: Random): string {
  const at = random.below(text.length)
  return text.slice(0, at) + random.text(1) + text.slice(at + 1)
}

/** Half-closed, a request that the spoiled byte left unfinished does not wait for its rest. */
async function exchange(port: number, text: string, end?: 'half-closed'): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  socket.on('error', () => {}) // a reset is an answer of Node's parser
  socket.write(Buffer.from(text, 'latin1'))
  if (end) socket.end()
  await new Promise((resolve) => socket.on('close', resolve))
  return answer.split(' ')[1] ?? ''
}
