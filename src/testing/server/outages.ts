import type { RequestListener, ServerResponse } from 'node:http'
import type { LoopbackServer } from './loopback-server.js'

/**
 * A way for the issuer to be out of order: `refuse` destroys connections, `hang` never answers, `error` answers
 * 500, `garbage` answers 200 without JSON, `drip` answers a byte at a time without end.
 */
export type Outage = 'refuse' | 'hang' | 'error' | 'garbage' | 'drip'

const json = { 'content-type': 'application/json' }

const answers: Record<Outage, (res: ServerResponse) => void> = {
  // Not earlier: fetch would connect anew for ever when a connection ends before it has sent its request
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
  /** Answers in the manner of the present outage, else leaves the request to `listener`. */
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
