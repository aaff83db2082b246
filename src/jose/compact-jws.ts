import { authError, type RefusalDetails } from '../refusal/errors.js'

/** A JSON object of a sender: nothing in it may be believed before the signature is verified. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface UnverifiedJws {
  header: JsonObject
  claims: JsonObject
  /** What was signed: header and claims as they were sent. */
  signingInput: string
  signature: Buffer
}

/** A header that was parsed before, with its text. */
export interface KnownHeader {
  readonly text: string
  readonly header: JsonObject
}

/** Makes later JWS with the same header cheaper to parse. */
export function knownHeader(jws: string, header: JsonObject): KnownHeader {
  return { text: jws.slice(0, jws.indexOf('.')), header }
}

/** Deeper than any real claim, and far from the end of the stack. */
const MAX_DEPTH = 32

/** Three parts, none of them empty or padded. Each character fits one place only, so nothing backtracks. */
const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) // a BOM stays, and JSON refuses it

/**
 * Reads the header and the claims of a JWS in compact form, with one meaning or not at all.
 *
 * Takes three non-empty parts of canonical base64url, holding strict UTF-8 JSON objects without duplicate
 * members. Does not verify anything. A header with the text of the known one is not parsed again.
 *
 * @throws `token_malformed`
 * @see RFC 7515 §7.1, RFC 8725 §3.7
 */
export function parseCompactJws(token: string, known?: KnownHeader): UnverifiedJws {
  const parts = COMPACT_JWS.exec(token)
  if (parts === null) throw authError('token_malformed', { details: () => formDetails(token) })
  const [, header, claims, signature] = parts as string[] as [string, string, string, string]
  return {
    signature: decode(signature),
    header: header === known?.text ? known.header : parseObject(decode(header)),
    claims: parseObject(decode(claims)),
    signingInput: token.slice(0, -signature.length - 1),
  }
}

/**
 * Whether a token is meant as a JWS: three parts of base64url, the first a JSON object with `alg`. An opaque token may
 * hold dots (RFC 6750 §2.1), but hardly such an object.
 */
export function isCompactJws(token: string): boolean {
  const header = COMPACT_JWS.exec(token)?.[1]
  if (header === undefined) return false
  try {
    return Object.hasOwn(JSON.parse(Buffer.from(header, 'base64url').toString()), 'alg')
  } catch {
    return false
  }
}

function formDetails(token: string): RefusalDetails {
  const parts = token.split('.', 6).length
  if (parts === 5) return { expected: 'a signed JWT', hint: 'an encrypted token (JWE): ask for a signed one' }
  if (parts === 3) return { expected: 'three parts of base64url' }
  return {
    expected: 'a signed JWT',
    hint: 'an opaque token: ask for one with audience=..., or turn on introspection',
  }
}

/** Decodes characters of base64url. Refuses bits set after the last byte too (RFC 4648 §3.5). */
function decode(part: string): Buffer {
  const lastCharacters = LAST_CHARACTERS[part.length % 4]
  if (lastCharacters !== undefined && !lastCharacters.includes(part.at(-1) as string))
    throw authError('token_malformed')
  return Buffer.from(part, 'base64url')
}

/** By how many characters stand in the last, incomplete group of four: one has too few bits for a byte. */
const LAST_CHARACTERS = [undefined, '', 'AQgw', 'AEIMQUYcgkosw048']

function parseObject(bytes: Buffer): JsonObject {
  const json = decodeUtf8(bytes)
  const value = parseJson(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw authError('token_malformed')
  // of duplicates, parsers keep different ones, and ours a single one (RFC 7515 §4, RFC 7519 §4)
  if (countMembers(value) !== countColons(json)) throw authError('token_malformed')
  return value as JsonObject
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw authError('token_malformed')
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw authError('token_malformed') // the parser's own message quotes the token
  }
}

/** The members of an object and of all within it. */
function countMembers(value: unknown, depth = 1): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAX_DEPTH) throw authError('token_malformed')
  const items = Object.values(value)
  return items.reduce(
    (count, item) => count + countMembers(item, depth + 1),
    Array.isArray(value) ? 0 : items.length,
  )
}

/** The colons of valid JSON text that stand outside of strings: one after every member's name. */
function countColons(json: string): number {
  let count = 0
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') at = endOfString(json, at)
    else if (character === ':') count += 1
  }
  return count
}

function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1)
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json[at - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}
