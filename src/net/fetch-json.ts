/** What an HTTP answer holds, once it is known to be JSON within bounds. */
export interface JsonAnswer {
  status: number
  /** Undefined for 304 Not Modified; text where a media type was asked for. */
  body: unknown
  etag: string | undefined
  /** `max-age` of Cache-Control, in seconds; 0 for `no-store` and `no-cache`. */
  maxAgeSeconds: number | undefined
}

export interface FetchJsonOptions {
  /** Ends the exchange, body included. */
  signal: AbortSignal
  /** Largest body taken, in bytes after decompression. */
  maxBytes: number
  fetch?: typeof globalThis.fetch | undefined
  headers?: Record<string, string>
  /** Takes text of this media type instead of JSON. */
  mediaType?: string
  /** Media types whose bodies are read as JSON too, besides `application/json` and `application/*+json`. */
  jsonTypes?: readonly string[]
  /** Sends a form by POST. Default: a GET. */
  form?: URLSearchParams
  /** Statuses besides 200 whose JSON is an answer too, such as the errors of a token endpoint. Default none. */
  statuses?: readonly number[]
}

/** An exchange that did not bring JSON. The message holds the address asked, and none of the answer's text. */
export class FetchError extends Error {
  override name = 'FetchError'
  constructor(
    url: string,
    what: string,
    /** HTTP status of the answer, if there was one. */
    readonly status?: number,
  ) {
    super(`${url} ${what}`)
  }
}

/** An answer that arrived in due form and must not be used: an attack or a misconfiguration. */
export class AnswerError extends Error {
  override name = 'AnswerError'
}

/** Whether `error` comes from an exchange with a server, and not from a fault in this process. */
export function isExchangeError(error: unknown): error is FetchError | AnswerError {
  return error instanceof FetchError || error instanceof AnswerError
}

/** Gives all fetches of a step one deadline, in seconds. Leaves no timer running, unlike AbortSignal.timeout. */
export async function withDeadline<T>(
  seconds: number,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), seconds * 1000).unref()
  try {
    return await step(deadline.signal)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Fetches a JSON document. This package sends nothing by another way.
 *
 * Refuses redirects, other content than JSON, bodies over `maxBytes`, and any status but 200, or 304 to an
 * `if-none-match`, or one of `statuses`. Does not retry and does not check where `url` points.
 *
 * @throws FetchError, also for whatever a `fetch` option or its response throws.
 */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<JsonAnswer> {
  return Promise.race([exchange(url, options), endOf(url, options.signal)])
}

/** Ends the exchange even where a `fetch` option ignores its signal. */
function endOf(url: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new FetchError(url, 'timed out'))
    if (signal.aborted)
      end() // between two fetches of one step
    else signal.addEventListener('abort', end, { once: true })
  })
}

async function exchange(url: string, options: FetchJsonOptions): Promise<JsonAnswer> {
  const response = await ask(url, options)
  try {
    checkAnswer(url, response, options)
    const body =
      response.status === 304 ? undefined : parse(url, await readBody(url, response, options), options)
    return { status: response.status, body, ...cachingOf(response.headers) }
  } catch (error) {
    abandon(response)
    throw error instanceof FetchError ? error : new FetchError(url, 'gave an answer that cannot be read')
  }
}

/** Frees the connection of an answer that nobody reads. What other `fetch` functions bring may lack any of this. */
function abandon(response: Response): void {
  try {
    response.body?.cancel().catch(() => {})
  } catch {
    // such a body ends with its connection
  }
}

async function ask(url: string, options: FetchJsonOptions): Promise<Response> {
  const { fetch = globalThis.fetch, headers, mediaType = JSON_TYPES, signal, form } = options
  try {
    return await fetch(url, {
      ...(form && { method: 'POST', body: form }),
      headers: { accept: mediaType, ...headers },
      redirect: 'manual', // a redirect would let the server choose where keys come from
      signal,
    })
  } catch (error) {
    throw brokenOff(url, { what: 'could not be reached', error, signal })
  }
}

/** Kubernetes answers 406 to a request for its key set that does not name the second. */
const JSON_TYPES = 'application/json, application/jwk-set+json'

interface Breach {
  what: string
  error: unknown
  signal: AbortSignal
}

/** Quotes the system's own error code, such as ECONNREFUSED, and no other text. */
function brokenOff(url: string, { what, error, signal }: Breach): FetchError {
  if (signal.aborted) return new FetchError(url, 'timed out')
  const code = (error as { cause?: { code?: unknown } } | undefined)?.cause?.code
  const isCode = typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code)
  return new FetchError(url, `${what} (${isCode ? code : 'network error'})`)
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/

function checkAnswer(url: string, response: Response, asked: FetchJsonOptions): void {
  const { status, headers } = response
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304)) {
    throw new FetchError(url, 'answered with a redirect, which is refused', status)
  }
  if (status === 304 && asked.headers?.['if-none-match'] !== undefined) return // else nothing is there to keep
  if (status !== 200 && !asked.statuses?.includes(status))
    throw new FetchError(url, `answered with status ${status}`, status)
  if (!isExpectedType(mediaTypeOf(headers), asked))
    throw new FetchError(url, `did not answer with ${asked.mediaType ?? 'JSON content'}`, status)
}

function mediaTypeOf(headers: Headers): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1)
  return type.trim().toLowerCase()
}

function isExpectedType(type: string, { mediaType, jsonTypes }: FetchJsonOptions): boolean {
  if (mediaType !== undefined) return type === mediaType
  return JSON_TYPE.test(type) || (jsonTypes?.includes(type) ?? false)
}

async function readBody(url: string, response: Response, options: FetchJsonOptions): Promise<Buffer> {
  const { maxBytes, signal } = options
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw brokenOff(url, { what: 'broke off its answer', error, signal })
  }
  if (size > maxBytes) throw new FetchError(url, `answered with more than ${maxBytes} bytes`, response.status)
  return Buffer.concat(chunks)
}

function parse(url: string, body: Buffer, { mediaType }: FetchJsonOptions): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return mediaType === undefined ? JSON.parse(text) : text
  } catch {
    throw new FetchError(url, `did not answer with ${mediaType ?? 'JSON'}`, 200) // the parser's message quotes it
  }
}

function cachingOf(headers: Headers): Pick<JsonAnswer, 'etag' | 'maxAgeSeconds'> {
  const cacheControl = headers.get('cache-control') ?? ''
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})(?:[\s,]|$)/i.exec(cacheControl)?.[1]
  const unstorable = /(?:^|[\s,])no-(?:store|cache)(?:[\s,]|$)/i.test(cacheControl)
  return {
    etag: headers.get('etag') ?? undefined,
    maxAgeSeconds: unstorable ? 0 : maxAge === undefined ? undefined : Number(maxAge),
  }
}
