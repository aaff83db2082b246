import { authError } from './errors.js'

/** A JSON object as it came: nothing in it is to be believed before the signature is verified. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface UnverifiedJws {
  header: JsonObject
  claims: JsonObject
}

/** A header that was read before, and what it looked like. */
export interface KnownHeader {
  readonly text: string
  readonly header: JsonObject
}

/** Deep enough for any real claim, and far from the stack's end. */
const MAX_DEPTH = 32

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) // a BOM stays, and JSON refuses it

/**
 * Reads the header and the claims of a JWS in compact form, with one meaning or not at all.
 *
 * Takes three non-empty parts of canonical base64url, holding strict UTF-8 JSON objects without duplicate
 * members. Does not verify anything. A header that reads as the known one is not parsed again.
 *
 * @throws `token_malformed`
 * @see RFC 7515 §7.1, RFC 8725 §3.7
 */
export function parseCompactJws(token: string, known?: KnownHeader): UnverifiedJws {
  const headerEnd = token.indexOf('.')
  const claimsEnd = token.indexOf('.', headerEnd + 1)
  if (claimsEnd < 0) throw authError('token_malformed')
  decode(token.slice(claimsEnd + 1)) // also refuses a fourth part: "." is no base64url
  const headerText = token.slice(0, headerEnd)
  return {
    header: headerText === known?.text ? known.header : parseObject(decode(headerText)),
    claims: parseObject(decode(token.slice(headerEnd + 1, claimsEnd))),
  }
}

function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  // re-encoding differs for foreign characters, padding, and set bits behind the last byte (RFC 4648 §3.5)
  if (bytes.length === 0 || bytes.toString('base64url') !== part) throw authError('token_malformed')
  return bytes
}

function parseObject(bytes: Buffer): JsonObject {
  const json = decodeUtf8(bytes)
  const value = parseJson(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw authError('token_malformed')
  checkMembers(json)
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

/** Of valid JSON text, the parts that matter for nesting: strings (with ":" behind it: a member name), brackets. */
const SIGNIFICANT = /"([^"\\]*(?:\\.[^"\\]*)*)"[ \t\n\r]*(:)?|[{}[\]]/g

/** Refuses duplicate member names, of which parsers keep different ones (RFC 7515 §4, RFC 7519 §4). */
function checkMembers(json: string): void {
  const open: Set<string>[] = []
  for (const [text, name, colon] of json.matchAll(SIGNIFICANT)) {
    if (text === '}' || text === ']') open.pop()
    else if (colon === ':') addMember(open.at(-1), name as string)
    else if (name === undefined) open.push(new Set())
    if (open.length > MAX_DEPTH) throw authError('token_malformed')
  }
}

function addMember(members: Set<string> | undefined, escapedName: string): void {
  const name = escapedName.includes('\\') ? JSON.parse(`"${escapedName}"`) : escapedName
  if (members?.has(name)) throw authError('token_malformed')
  members?.add(name)
}
