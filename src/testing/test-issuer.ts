import { createTenantApp } from './endpoints/tenant-app.js'
import { type LoopbackServer, listenOnLoopback } from './server/loopback-server.js'
import { createOutages, type Outage } from './server/outages.js'
import { createRequestCounts, type RequestCounts } from './server/request-counts.js'
import { domainsAt } from './tenant/domains.js'
import { northwind } from './tenant/northwind.js'
import type { TenantOptions } from './tenant/settings.js'
import { createTenant, type Tenant } from './tenant/tenant.js'
import { createDpopKey, type DpopKey } from './tokens/dpop-key.js'
import {
  createSigningKeys,
  type RotateKeysOptions,
  type SigningKeySource,
  type SigningKeys,
} from './tokens/signing-keys.js'
import { createTestTokens, type TestTokenOptions } from './tokens/test-token.js'

/**
 * How to run a test issuer.
 *
 * @example
 * const issuer = await startTestIssuer({ port: 4000, tenant: northwind })
 */
export interface TestIssuerOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default `northwind`. */
  tenant?: TenantOptions
  /** Sends the JWK Set with `Cache-Control: max-age`, in seconds. Default: without. */
  jwksMaxAgeSeconds?: number
  /**
   * What tokens are signed with, always by RS256: a private RSA key of at least 2048 bits as a Node KeyObject, a JWK
   * or PEM text. Its `kid` is the thumbprint, whatever the JWK says. Default: a new key for every issuer, which takes
   * a tenth of a second and more to make.
   */
  signingKey?: SigningKeySource
}

const OPTIONS: Record<keyof TestIssuerOptions, true> = {
  port: true,
  tenant: true,
  jwksMaxAgeSeconds: true,
  signingKey: true,
}

function checkNames(options: object): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name))
  if (unknown === undefined) return
  const known = Object.keys(OPTIONS).join(', ')
  throw new TypeError(`startTestIssuer has no option ${JSON.stringify(unknown)}; it knows ${known}`)
}

/**
 * A running test issuer.
 *
 * @example
 * const issuer = await startTestIssuer()
 * app.use(requireAuth({ issuer: [issuer.url, issuer.customUrl], audience: 'https://messages.northwind.com' }))
 * await request(app).get('/messages').auth(await issuer.token(), { type: 'bearer' }).expect(200)
 * await issuer.close()
 */
export interface TestIssuer {
  /** The canonical domain: `http://127.0.0.1:PORT/`. */
  readonly url: string
  /** The custom domain of the same tenant, with the same keys: `http://localhost:PORT/`. */
  readonly customUrl: string
  /** The number of requests to each endpoint. The object is live: its numbers keep growing. */
  readonly requests: RequestCounts
  /** Signs an access token without HTTP. Without options the token is valid for the default API. */
  token(options?: TestTokenOptions): Promise<string>
  /** Makes a client's key pair for DPoP: it makes tokens that are bound to it, and the proofs for requests. */
  dpop(): Promise<DpopKey>
  /** Signs with a new key, or the one given, from now on, and removes the former key from the JWK Set. */
  rotateKeys(options?: RotateKeysOptions): Promise<void>
  /** Begins an outage at once, for open connections too. */
  outage(outage: Outage): void
  /** Ends the outage. Requests that hang keep hanging. */
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
 * Makes no key when `signingKey` is given.
 *
 * @throws TypeError naming the option or tenant setting that is wrong; never the value of `signingKey`.
 * @throws `EADDRINUSE` when the port is taken.
 *
 * @example
 * const issuer = await startTestIssuer()
 * const token = await issuer.token({ scope: 'read:messages' })
 * await issuer.close()
 */
export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  checkNames(options)
  const { port = 0, tenant: settings = northwind, jwksMaxAgeSeconds, signingKey } = options
  const tenant = createTenant(settings)
  const keys = await createSigningKeys(signingKey)
  const server = await listenOnLoopback(port)
  return runIssuer({ server, tenant, keys, jwksMaxAgeSeconds })
}
