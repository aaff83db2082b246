import { fetchMetadata, linkIn, type MetadataSource } from '../issuer/discovery.js'
import type { Issuer } from '../issuer/issuers.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { createAttempts } from '../net/attempts.js'
import { AnswerError, FetchError, type FetchJsonOptions, fetchJson, withDeadline } from '../net/fetch-json.js'
import { createLimit } from '../net/limit.js'
import { createSingleFlight } from '../net/single-flight.js'
import { isPlainObject } from '../options/checks.js'
import { outage } from '../refusal/errors.js'
import type { Events } from '../refusal/events.js'
import { authenticateClient } from './client-authentication.js'
import type { IntrospectionRules } from './introspection-options.js'
import { readSignedAnswer, SIGNED_ANSWER } from './signed-answer.js'

export interface IntrospectionRequestConfig {
  readonly rules: IntrospectionRules
  /** The only server that tokens are sent to. */
  readonly issuer: Issuer
  readonly metadata: MetadataSource
  readonly clockToleranceSeconds: number
  readonly events: Events
  readonly fetch: typeof globalThis.fetch | undefined
}

/** Asks the authorization server about one token. */
export interface IntrospectionRequest {
  /** @throws `introspection_unavailable` */
  ask(token: string): Promise<JsonObject>
  /** Resolves once the endpoint is known. @throws `introspection_unavailable` */
  ready(): Promise<void>
}

const MAX_BYTES = 65_536

/** A flood of invented tokens must not open a connection for each. */
const LIMIT = { atOnce: 50, waiting: 1000 }

/** Statuses that every question would get, so that waiting helps. Others may be about this one token. */
const STATUSES_FOR_ALL: readonly unknown[] = [undefined, 401, 403, 429]

export function createIntrospectionRequest(config: IntrospectionRequestConfig): IntrospectionRequest {
  const { rules, issuer, events, fetch } = config
  const endpoint = createEndpoint(config)
  const limited = createLimit({ ...LIMIT, waitSeconds: rules.timeoutSeconds }, () =>
    outage('introspection_unavailable', 1),
  )
  const attempts = createAttempts({
    code: 'introspection_unavailable',
    affectsAll: (error) => error instanceof FetchError && STATUSES_FOR_ALL.includes(error.status),
    onFailure(error) {
      if (hasMoved(error)) endpoint.forget()
      const { issuer: name } = issuer
      events.emit({ type: 'introspection_failed', issuer: name, reason: error.message, error })
    },
  })

  function attempt<T>(step: (transport: FetchJsonOptions) => Promise<T>): Promise<T> {
    return attempts.run(() =>
      withDeadline(rules.timeoutSeconds, (signal) => step({ signal, maxBytes: MAX_BYTES, fetch })),
    )
  }

  return {
    ask: (token) => limited(() => attempt((transport) => question(token, { transport, endpoint, config }))),
    ready: async () => void (await attempt(endpoint.find)),
  }
}

/** Whether the endpoint may be elsewhere: a refusal of one token says nothing about that. */
function hasMoved(error: Error): boolean {
  return !(error instanceof FetchError) || [undefined, 404, 405, 410].includes(error.status)
}

interface Question {
  transport: FetchJsonOptions
  endpoint: Endpoint
  config: IntrospectionRequestConfig
}

/** Our own credentials refused is no client's fault (RFC 7662 §2.3): every status but 200 is an outage. */
async function question(token: string, { transport, endpoint, config }: Question): Promise<JsonObject> {
  const { rules, issuer, clockToleranceSeconds } = config
  const url = await endpoint.find(transport)
  const proof = await authenticateClient(rules, issuer.issuer)
  const form = new URLSearchParams({ token, token_type_hint: 'access_token', ...proof.form })
  const accept = rules.signedResponse ? SIGNED_ANSWER : 'application/json'
  const askedAt = Date.now() / 1000
  const { body } = await fetchJson(url, {
    ...transport,
    ...(rules.signedResponse && { mediaType: SIGNED_ANSWER }),
    form,
    headers: { accept, ...proof.headers },
  })
  const { clientId } = rules
  const context = { issuer, clientId, clockToleranceSeconds, askedAt }
  const answer = rules.signedResponse ? await readSignedAnswer(body as string, context) : body
  if (!isPlainObject(answer)) throw new AnswerError(`${url} did not answer with a JSON object`)
  if (!isWithin(MAX_DEPTH, answer)) throw new AnswerError(`${url} answered with too deep an object`)
  return answer
}

/** Deeper than any real answer, and far from the end of the stack. */
const MAX_DEPTH = 32

function isWithin(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((item) => isWithin(depth - 1, item))
}

type Endpoint = ReturnType<typeof createEndpoint>

/** Discovered once for all who ask, and again after a failure: the server may have moved. */
function createEndpoint({ rules, metadata }: IntrospectionRequestConfig) {
  const discoveries = createSingleFlight<string>()
  let known = rules.endpoint

  async function discover(transport: FetchJsonOptions): Promise<string> {
    known = linkIn(await fetchMetadata(metadata, transport), 'introspection_endpoint', metadata)
    return known
  }

  return {
    find: async (transport: FetchJsonOptions): Promise<string> =>
      known ?? discoveries.run('introspection_endpoint', () => discover(transport)),
    forget: () => {
      known = rules.endpoint
    },
  }
}
