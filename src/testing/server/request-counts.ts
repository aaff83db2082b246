import type { IncomingMessage } from 'node:http'

const endpoints = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/oauth-authorization-server': 'discovery',
  '/.well-known/jwks.json': 'jwks',
  '/oauth/token': 'token',
  '/authorize': 'authorize',
  '/userinfo': 'userinfo',
  '/oauth/revoke': 'revoke',
  '/oauth/introspect': 'introspect',
  '/v2/logout': 'logout',
} as const

/**
 * A name in `issuer.requests`.
 *
 * @example
 * const endpoint: Endpoint = 'jwks'
 * expect(issuer.requests[endpoint]).toBe(1)
 */
export type Endpoint = (typeof endpoints)[keyof typeof endpoints]

/**
 * The number of requests to each endpoint, requests during an outage included. Preflights are not counted.
 *
 * @example
 * expect(issuer.requests).toMatchObject({ discovery: 1, jwks: 1 })
 */
export type RequestCounts = Readonly<Record<Endpoint, number>>

export function createRequestCounts() {
  const names = Object.values(endpoints).map((endpoint) => [endpoint, 0])
  const counts = Object.fromEntries(names) as Record<Endpoint, number>
  return {
    counts: counts as RequestCounts,
    count({ method, url = '' }: IncomingMessage): void {
      const endpoint = Object.entries(endpoints).find(([path]) => path === url.split('?', 1)[0])?.[1]
      if (endpoint && method !== 'OPTIONS') counts[endpoint] += 1
    },
  }
}
