import { createTenantApp } from './endpoints/tenant-app.js'
import { type LoopbackServer, listenOnLoopback } from './server/loopback-server.js'
import { createOutages, type Outage } from './server/outages.js'
import { createRequestCounts, type RequestCounts } from './server/request-counts.js'
import { domainsAt } from './tenant/domains.js'
import { northwind } from './tenant/northwind.js'
import type { TenantOptions } from './tenant/settings.js'
import { createTenant, type Tenant } from './tenant/tenant.js'
import { createDpopKey, type DpopKey } from './tokens/dpop-key.js'
import { createSigningKeys, type RotateKeysOptions, type SigningKeys } from './tokens/signing-keys.js'
import { createTestTokens, type TestTokenOptions } from './tokens/test-token.js'

export interface TestIssuerOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default `northwind`. */
  tenant?: TenantOptions
  /** Sends the JWK Set with `Cache-Control: max-age`, in seconds. Default: without. */
  jwksMaxAgeSeconds?: number
}

export interface TestIssuer {
  /** The canonical domain: `http://127.0.0.1:PORT/`. */
  readonly url: string
  /** The custom domain of the same tenant, with the same keys: `http://localhost:PORT/`. */
  readonly customUrl: string
  /** How often each endpoint was asked. Counts on while you look. */
  readonly requests: RequestCounts
  /** Signs an access token without asking over HTTP; without options one that is good for the default API. */
  token(options?: TestTokenOptions): Promise<string>
  /** Makes a client's key pair, for tokens that are bound to it and the proofs that go with them. */
  dpop(): Promise<DpopKey>
  /** Signs with a new key from now on and withdraws the former from the JWK Set. */
  rotateKeys(options?: RotateKeysOptions): Promise<void>
  /** Puts the issuer out of order at once, for open connections too. */
  outage(outage: Outage): void
  /** Ends the outage. Requests it left hanging stay so. */
  restore(): void
  /** Stops listening and destroys every open connection. */
  close(): Promise<void>
}

interface Parts {
  server: LoopbackServer
  tenant: Tenant
  keys: SigningKeys
  jwksMaxAgeSeconds: number | undefined
}

function runIssuer({ server, tenant, keys, jwksMaxAgeSeconds }: Parts): TestIssuer {
  const domains = domainsAt(server.port)
  const outages = createOutages(server)
  const requests = createRequestCounts()
  const answer = outages.guard(createTenantApp({ tenant, keys, domains, jwksMaxAgeSeconds }))
  server.onRequest((req, res) => {
    requests.count(req)
    answer(req, res)
  })
  const token = createTestTokens(tenant, keys, domains.url)
  return {
    ...domains,
    requests: requests.counts,
    token,
    dpop: () => createDpopKey(token),
    rotateKeys: keys.rotate,
    outage: outages.begin,
    restore: outages.end,
    close: server.close,
  }
}

/**
 * Starts an Auth0-style authorization server on the loopback addresses.
 *
 * A development and test tool: its secrets are public and anyone may log in. Not for production.
 *
 * @throws TypeError naming the tenant setting that is wrong.
 * @throws `EADDRINUSE` when the port is taken.
 */
export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { port = 0, tenant: settings = northwind, jwksMaxAgeSeconds } = options
  const tenant = createTenant(settings)
  const keys = await createSigningKeys()
  const server = await listenOnLoopback(port)
  return runIssuer({ server, tenant, keys, jwksMaxAgeSeconds })
}
