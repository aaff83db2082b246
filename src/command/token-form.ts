import { parseCompactJws, type UnverifiedJws } from '../jose/compact-jws.js'

/** What a token is by its form. Nothing of it is verified. */
export type TokenForm =
  | ({ form: 'jwt' } & UnverifiedJws)
  | { form: 'opaque' }
  /** `fault` says what is wrong, and quotes no more of the token than a character. */
  | { form: 'malformed'; fault: string }

/** As deep as JSON of a token may be nested. */
export const MAX_DEPTH = 32

export function tokenForm(token: string): TokenForm {
  const fault = textFault(token)
  if (fault) return { form: 'malformed', fault }
  const parts = token.split('.')
  if (isOpaque(parts)) return { form: 'opaque' }
  try {
    return { form: 'jwt', ...parseCompactJws(token) }
  } catch {
    return { form: 'malformed', fault: jwtFault(parts) }
  }
}

function textFault(token: string): string | undefined {
  if (token.trim() === '') return 'the token is empty'
  if (/^bearer\s/i.test(token)) return 'it begins with the scheme "Bearer": give the token alone'
  if (/\s/.test(token)) return 'it holds white space: was it broken over several lines?'
  const foreign = /[^A-Za-z0-9\-._~+/=]/u.exec(token)
  if (!foreign) return undefined
  return `it holds ${JSON.stringify(foreign[0])} at position ${foreign.index + 1}, which no token may`
}

/** Three parts are meant as a JWT, and so is anything that begins with a JSON object. */
function isOpaque(parts: readonly string[]): boolean {
  const isJsonObject = Buffer.from(parts[0] ?? '', 'base64url')
    .toString()
    .startsWith('{')
  return parts.length !== 3 && !(parts.length > 1 && isJsonObject)
}

/** Five parts, the first a JSON object: a JWE. */
export function isEncrypted(token: string): boolean {
  const parts = token.split('.', 6)
  return parts.length === 5 && !isOpaque(parts)
}

function jwtFault(parts: readonly string[]): string {
  if (parts.length === 5)
    return 'it is encrypted (a JWE, five parts): only its recipient can read it, and requireAuth does not'
  if (parts.length !== 3) return `it has ${count(parts.length, 'part')} between dots, and a JWT has three`
  const [header = '', claims = '', signature = ''] = parts
  const fault = objectFault('header', header) ?? objectFault('claims', claims)
  return fault ?? encodingFault('signature', signature) ?? 'it is no JWT in compact form'
}

function objectFault(name: string, part: string): string | undefined {
  const fault = encodingFault(name, part)
  if (fault) return fault
  const json = decodeUtf8(Buffer.from(part, 'base64url'))
  if (json === undefined) return `the ${name} is not UTF-8`
  const value = parseJson(json)
  if (value === undefined) return `the ${name} is not JSON`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `the ${name} is JSON, but no object`
  if (isUnambiguous(part)) return undefined
  if (isDeeper(value, MAX_DEPTH)) return `the ${name} is nested deeper than ${MAX_DEPTH} levels`
  return `the ${name} names a member twice, which parsers read differently`
}

function encodingFault(name: string, part: string): string | undefined {
  if (part === '') return `the ${name} is empty${name === 'signature' ? ': the token is not signed' : ''}`
  const [foreign] = /[^A-Za-z0-9_-]/.exec(part) ?? []
  if (foreign === '=') return `the ${name} has padding ("="), which base64url in tokens has not`
  if (foreign) return `the ${name} holds ${JSON.stringify(foreign)}, which is no base64url`
  if (Buffer.from(part, 'base64url').toString('base64url') === part) return undefined
  return `the ${name} ends within a byte: was the token cut off or added to?`
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Asks the library's own reader about one part, beside two that it takes. */
function isUnambiguous(part: string): boolean {
  try {
    parseCompactJws(`${part}.e30.AA`)
    return true
  } catch {
    return false
  }
}

export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1))
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
