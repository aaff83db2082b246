import type { RequestListener, ServerResponse } from 'node:http'
import type { LoopbackServer } from './loopback-server.js'

/**
 * How the issuer fails during an outage: `refuse` destroys connections, `hang` never answers, `error` answers 500,
 * `garbage` answers 200 without JSON, `drip` sends one byte at a time without end.
 *
 * @example
 * issuer.outage('hang')
 * await request(app).get('/messages').auth(token, { type: 'bearer' }).expect(503)
 * issuer.restore()
 */
export type Outage = 'refuse' | 'hang' | 'error' | 'garbage' | 'drip'

const json = { 'content-type': 'application/json' }

const answers: Record<Outage, (res: ServerResponse) => void> = {
  // Only now: fetch reconnects for ever when a connection ends before the request is sent
  refuse: (res) => void res.socket?.resetAndDestroy(),
  hang: () => {},
  error: (res) => void res.writeHead(500, json).end('{"error":"server_error"}'),
  garbage: (res) => void res.writeHead(200, json).end('<!doctype html>'),
  drip,
}

function drip(res: ServerResponse): void {
  res.writeHead(200, json).write(' ')
  const timer = setInterval(() => res.write(' '), 200)
  res.on('close', () => clearInterval(timer))
}

export interface Outages {
  begin(outage: Outage): void
  end(): void
  /** During an outage the returned listener fails as the outage says; otherwise it calls `listener`. */
  guard(listener: RequestListener): RequestListener
}

export function createOutages(server: LoopbackServer): Outages {
  let present: Outage | undefined
  return {
    begin(outage) {
      if (!Object.hasOwn(answers, outage))
        throw new TypeError(`outage must be one of ${Object.keys(answers).join(', ')}`)
      present = outage
      if (outage === 'refuse') server.disconnect()
    },
    end: () => {
      present = undefined
    },
    guard: (listener) => (req, res) => (present ? answers[present](res) : listener(req, res)),
  }
}
