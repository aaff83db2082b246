/** What an HTTP answer says, once it is known to be JSON within bounds. */
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
  fetch?: typeof globalThis.fetch
  headers?: Record<string, string>
  /** Takes text of this media type instead of JSON. */
  mediaType?: string
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

/** Gives a step its time, in seconds, for all that it fetches. Leaves no timer behind, unlike AbortSignal.timeout. */
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
 * Fetches a JSON document: the only way out of this package.
 *
 * Refuses redirects, other content than JSON, bodies over `maxBytes`, and any status but 200, or 304 to an
 * `if-none-match`, or one of `statuses`. Does not retry and does not check where `url` points.
 *
 * @throws FetchError
 */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<JsonAnswer> {
  return Promise.race([exchange(url, options), endOf(url, options.signal)])
}

/** Holds the deadline against a `fetch` option, too, that does not heed its signal. */
function endOf(url: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new FetchError(url, 'timed out')), { once: true })
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
    response.body?.cancel().catch(() => {}) // frees the connection of an answer nobody reads
    throw error
  }
}

async function ask(
  url: string,
  { fetch = globalThis.fetch, headers, mediaType, signal, form }: FetchJsonOptions,
) {
  try {
    return await fetch(url, {
      ...(form && { method: 'POST', body: form }),
      headers: { accept: mediaType ?? 'application/json', ...headers },
      redirect: 'manual', // a redirect would let the answerer choose where keys come from
      signal,
    })
  } catch (error) {
    throw brokenOff(url, { what: 'could not be reached', error, signal })
  }
}

interface Breach {
  what: string
  error: unknown
  signal: AbortSignal
}

/** Gives the system's own error code, such as ECONNREFUSED: never free text. */
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
  const [type = ''] = (headers.get('content-type') ?? '').toLowerCase().split(/\s*;/)
  if (asked.mediaType === undefined ? !JSON_TYPE.test(type) : type !== asked.mediaType) {
    throw new FetchError(url, `did not answer with ${asked.mediaType ?? 'JSON content'}`, status)
  }
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
  if (size > maxBytes) throw new FetchError(url, `answered with more than ${maxBytes} bytes`)
  return Buffer.concat(chunks)
}

function parse(url: string, body: Buffer, { mediaType }: FetchJsonOptions): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return mediaType === undefined ? JSON.parse(text) : text
  } catch {
    throw new FetchError(url, `did not answer with ${mediaType ?? 'JSON'}`) // the parser's message quotes the answer
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
