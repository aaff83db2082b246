import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface RawAnswer {
  status: number
  /** By lower-case name; a header sent twice stands as a list. */
  headers: Record<string, string | string[]>
  body: string
}

/** Sends these very lines of a request, one byte a character: what no HTTP client would send. */
export function rawRequest(
  listener: RequestListener,
  lines: readonly string[],
  body = '',
): Promise<RawAnswer> {
  return rawText(listener, [...lines, 'Host: messages.northwind.com', 'Connection: close', '', body])
}

/** Sends nothing but these lines; the connection has to be closed by one of them. */
export async function rawText(listener: RequestListener, lines: readonly string[]): Promise<RawAnswer> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    return parse(await exchange(port, lines.join('\r\n')))
  } finally {
    server.close()
  }
}

async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(Buffer.from(text, 'latin1'))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}

function parse(answer: string): RawAnswer {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [statusLine = '', ...fields] = head.split('\r\n')
  const headers: RawAnswer['headers'] = {}
  for (const field of fields) {
    const name = field.slice(0, field.indexOf(':')).toLowerCase()
    const value = field.slice(field.indexOf(':') + 1).trim()
    const former = headers[name]
    headers[name] = former === undefined ? value : [former, value].flat()
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}
