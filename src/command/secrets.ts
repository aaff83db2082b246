/** Puts a word in place of secrets, in whatever form a server may give them back. */
export type Mask = (text: string) => string

/** Looked at whole: a pattern with the secret in its middle would search again from every character. */
const BASE64_RUN = /[A-Za-z0-9+/_-]+=*/g
/** Shorter secrets have no base64 form that ordinary text would not contain too. */
const MIN_BASE64_BYTES = 3

/**
 * Masks a secret as it stands, escaped as in JSON, percent-encoded or form-encoded in part or in whole, and inside
 * base64 text, such as the pair of Basic authentication. An empty secret masks nothing.
 */
export function createMask(secret: string | undefined, word = '[secret]'): Mask {
  if (!secret) return (text) => text
  const written = new RegExp([...secret].map(anyFormOf).join(''), 'gu')
  const cores = [secret, formEncoded(secret)].flatMap(base64Cores)
  const holdsSecret = (run: string) => {
    const base64 = standardBase64(run)
    return cores.some((core) => base64.includes(core))
  }
  return (text) => text.replace(written, word).replace(BASE64_RUN, (run) => (holdsSecret(run) ? word : run))
}

/**
 * Masks tokens as they stand: headers need no escapes for them. Masks copies with another last character too, and
 * signatures alone, with which the rest could be guessed.
 */
export function createTokenMask(...tokens: readonly (string | undefined)[]): Mask {
  const pieces = tokens.flatMap((token = '') => {
    const signature = token.split('.')[2] ?? ''
    return [token, token.slice(0, -1), signature, signature.slice(0, -1)]
  })
  const telling = pieces.filter((piece) => piece.length >= MIN_TOKEN_LENGTH)
  return (text) => telling.reduce((masked, piece) => masked.replaceAll(piece, '[token]'), text)
}

/** Shorter ones are found in ordinary words. */
const MIN_TOKEN_LENGTH = 8

/** Masks the texts of a JSON value, names of members included. */
export function maskedJson(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => maskedJson(item, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [mask(name), maskedJson(member, mask)]),
  )
}

/** A pattern for one character: itself, `\u` escaped, percent-encoded in either case, `+` for a space. */
function anyFormOf(character: string): string {
  const units = character.split('').map((unit) => `\\\\u${anyCase(hex(unit.charCodeAt(0), 4))}`)
  const bytes = [...Buffer.from(character)].map((byte) => `%${anyCase(hex(byte, 2))}`)
  const forms = [literal(character), units.join(''), bytes.join('')]
  if (character === ' ') forms.push('\\+')
  if (character === '"' || character === '\\' || character === '/') forms.push(`\\\\${literal(character)}`)
  return `(?:${forms.join('|')})`
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** The base64 characters that a text makes whatever stands around it: one row for each place within three bytes. */
function base64Cores(text: string): string[] {
  const bytes = Buffer.from(text)
  if (bytes.length < MIN_BASE64_BYTES) return []
  return [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
  )
}

function standardBase64(run: string): string {
  return run.replaceAll('-', '+').replaceAll('_', '/')
}
