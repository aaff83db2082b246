import type { RequestHandler } from 'express'
import type { AuthEvent } from 'express-require-auth'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Turns the events of `requireAuth` into Prometheus metrics. */
export interface AuthMetrics {
  /** For the `onEvent` option. */
  onEvent(event: AuthEvent): void
  /** For a route that only the scraper reaches. */
  handler: RequestHandler
}

export function createAuthMetrics(registry = new Registry()): AuthMetrics {
  const registers = [registry]
  const requests = new Counter({
    name: 'auth_requests_total',
    help: 'Requests by outcome: accepted, or the code of the refusal',
    labelNames: ['outcome'],
    registers,
  })
  const seconds = new Histogram({
    name: 'auth_seconds',
    help: 'Time to judge the token of a request, by where the verdict came from',
    labelNames: ['source'],
    buckets: [0.0001, 0.001, 0.01, 0.1, 1, 5],
    registers,
  })
  const refreshes = new Counter({
    name: 'auth_key_refreshes_total',
    help: 'Fetches of an issuer key set, by result',
    labelNames: ['issuer', 'result'],
    registers,
  })
  const withdrawn = new Counter({
    name: 'auth_keys_withdrawn_total',
    help: 'Keys that an issuer took out of its key set',
    labelNames: ['issuer'],
    registers,
  })
  const up = new Gauge({
    name: 'auth_issuer_up',
    help: 'Whether the last fetch of the key set worked: alert long before jwks.maxStaleSeconds are over',
    labelNames: ['issuer'],
    registers,
  })

  function onEvent(event: AuthEvent): void {
    if (event.type === 'accepted') {
      requests.inc({ outcome: 'accepted' })
      seconds.observe({ source: event.source }, event.seconds)
    } else if (event.type === 'refused') {
      requests.inc({ outcome: event.code })
      seconds.observe({ source: 'refused' }, event.seconds)
    } else if (event.type === 'keys_refreshed') {
      refreshes.inc({ issuer: event.issuer, result: 'refreshed' })
      withdrawn.inc({ issuer: event.issuer }, event.withdrawn)
      up.set({ issuer: event.issuer }, 1)
    } else if (event.type === 'keys_refresh_failed') {
      refreshes.inc({ issuer: event.issuer, result: event.servingStale ? 'failed_serving_stale' : 'failed' })
      up.set({ issuer: event.issuer }, 0)
    }
  }

  const handler: RequestHandler = async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics())
  }
  return { onEvent, handler }
}
