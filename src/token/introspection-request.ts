import { type JsonObject, parseCompactJws } from '../compact-jws.js'
import { isAuthError, outage } from '../errors.js'
import type { Events } from '../events.js'
import { FetchError, type FetchJsonOptions, fetchJson, withDeadline } from '../fetch-json.js'
import { createBackoff } from '../issuer/backoff.js'
import { fetchMetadata, MetadataError } from '../issuer/discovery.js'
import { isSecureUrl } from '../issuer/issuer-url.js'
import type { Issuer } from '../issuer/issuers.js'
import { isSignedBy } from '../signature.js'
import { authenticateClient } from './client-authentication.js'
import type { IntrospectionRules } from './introspection-options.js'

export interface IntrospectionRequestConfig {
  rules: IntrospectionRules
  /** The one server that is told the tokens. */
  issuer: Issuer
  events: Events
  fetch: typeof globalThis.fetch | undefined
}

/** An answer that must not be believed. The message quotes nothing of it. */
export class IntrospectionError extends Error {
  override name = 'IntrospectionError'
}

/** Asks the authorization server about one token. @throws `introspection_unavailable` */
export interface IntrospectionRequest {
  ask(token: string): Promise<JsonObject>
  /** Resolves once it is known where to ask. @throws `introspection_unavailable` */
  ready(): Promise<void>
}

const MAX_BYTES = 65_536
const SIGNED = 'application/token-introspection+jwt'

/** Statuses that any question would get: waiting helps. Others may be about this token, which must not stop others. */
const REFUSING_ALL: readonly unknown[] = [undefined, 401, 403, 429]

export function createIntrospectionRequest(config: IntrospectionRequestConfig): IntrospectionRequest {
  const { rules, issuer, events } = config
  const backoff = createBackoff()
  const endpoint = createEndpoint(config)
  let lastFailure: unknown

  async function attempt<T>(step: (transport: FetchJsonOptions) => Promise<T>): Promise<T> {
    const wait = backoff.remainingSeconds()
    if (wait > 0) throw outage('introspection_unavailable', wait, lastFailure)
    try {
      const result = await withDeadline(rules.timeoutSeconds, (signal) => step(transportOf(config, signal)))
      backoff.succeeded()
      return result
    } catch (error) {
      throw failed(error)
    }
  }

  /** Our own credentials refused is no client's fault either (RFC 7662 §2.3). */
  function failed(error: unknown): unknown {
    const isNamed =
      error instanceof FetchError || error instanceof MetadataError || error instanceof IntrospectionError
    if (!isNamed) return error
    lastFailure = error
    if (error instanceof FetchError && REFUSING_ALL.includes(error.status)) backoff.failed()
    endpoint.forget()
    events.emit({ type: 'introspection_failed', issuer: issuer.issuer, error })
    return outage('introspection_unavailable', backoff.remainingSeconds(), error)
  }

  async function question(token: string, transport: FetchJsonOptions): Promise<JsonObject> {
    const url = await endpoint.find(transport)
    const proof = await authenticateClient(rules, issuer.issuer)
    const form = new URLSearchParams({ token, token_type_hint: 'access_token', ...proof.form })
    const accept = rules.signedResponse ? { mediaType: SIGNED } : {}
    const { body } = await fetchJson(url, { ...transport, ...accept, form, headers: proof.headers })
    const answer = rules.signedResponse ? await verifySigned(body as string, config) : body
    if (isObject(answer)) return answer
    throw new IntrospectionError(`${url} did not answer with a JSON object`)
  }

  return {
    ask: (token) => attempt((transport) => question(token, transport)),
    ready: async () => void (await attempt(endpoint.find)),
  }
}

function transportOf({ fetch }: IntrospectionRequestConfig, signal: AbortSignal): FetchJsonOptions {
  return { signal, maxBytes: MAX_BYTES, ...(fetch && { fetch }) }
}

/** Discovered once, and anew after a failure: the server may have moved. */
function createEndpoint({ rules, issuer: { issuer } }: IntrospectionRequestConfig) {
  let known = rules.endpoint
  return {
    async find(transport: FetchJsonOptions): Promise<string> {
      known ??= endpointOf(await fetchMetadata(issuer, transport), issuer)
      return known
    },
    forget: () => {
      known = rules.endpoint
    },
  }
}

function endpointOf({ introspection_endpoint: url }: JsonObject, issuer: string): string {
  if (isSecureUrl(url, issuer)) return url
  throw new MetadataError(`the metadata of ${issuer} has no safe introspection_endpoint`)
}

/**
 * The data of a signed answer: it is by this issuer, of this kind, and made for us.
 *
 * @throws IntrospectionError, `keys_unavailable`
 * @see RFC 9701 §5, §8
 */
async function verifySigned(jwt: string, { rules, issuer }: IntrospectionRequestConfig): Promise<unknown> {
  try {
    const { header, claims } = parseCompactJws(jwt)
    const alg = issuer.algorithms.find((each) => each === header.alg)
    const type = String(header.typ)
      .toLowerCase()
      .replace(/^application\//, '')
    const isForUs = ([] as unknown[]).concat(claims.aud).includes(rules.clientId)
    const isAnswer = type === 'token-introspection+jwt' && Number.isFinite(claims.iat)
    if (alg !== undefined && isAnswer && isForUs && claims.iss === issuer.issuer) {
      const key = await issuer.keys.find(header.kid as string | undefined, alg)
      if (await isSignedBy(jwt, key)) return claims.token_introspection
    }
  } catch (error) {
    if (!isAuthError(error) || error.status >= 500) throw error
  }
  throw new IntrospectionError(`the signed introspection answer of ${issuer.issuer} is not valid`)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
