import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

export interface UpstashServer {
  url: string
  token: string
  close(): void
}

type Send = (command: string[]) => Promise<unknown>

/** Answers by the REST protocol of Upstash: a command, or a list of them at `/pipeline`, as JSON. */
export async function startUpstash(send: Send): Promise<UpstashServer> {
  const token = 'upstash-token'

  async function answer(req: IncomingMessage): Promise<unknown> {
    if (req.headers.authorization !== `Bearer ${token}`) return { error: 'Unauthorized' }
    const isEncoded = req.headers['upstash-encoding'] === 'base64'
    const body = JSON.parse(await text(req))
    const run = async (command: unknown[]) => resultOf(send, command.map(String), isEncoded)
    return req.url?.endsWith('/pipeline') ? Promise.all(body.map(run)) : run(body)
  }

  const server = createServer(async (req, res) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify(await answer(req)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, token, close: () => void server.close() }
}

async function resultOf(send: Send, command: string[], isEncoded: boolean) {
  try {
    const result = await send(command)
    const isText = typeof result === 'string' && result !== 'OK'
    return { result: isText && isEncoded ? Buffer.from(result).toString('base64') : result }
  } catch (error) {
    return { error: String(error) }
  }
}
