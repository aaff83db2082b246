/** What drives a terminal or hides what is written: controls, line separators, bidi and invisible marks. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu
/** The same inside JSON text, whose own line breaks may stay. */
const UNPRINTABLE_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

const MAX_SHOWN = 400

/** Text of others, so that it cannot drive the terminal: on one line, and with nothing hidden in it. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/** A value of others on one line, printable and of bounded length. */
export function shown(value: unknown): string {
  const text = printable(typeof value === 'string' ? value : String(JSON.stringify(value)))
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}... (${text.length} characters)` : text
}

/** JSON text that means the same and drives no terminal. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNPRINTABLE_IN_JSON, escaped)
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
