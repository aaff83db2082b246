/** What drives a terminal or hides what is written: controls, line separators, bidi and invisible marks. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/** Text of others in a printable form: on one line, and with nothing hidden in it. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/** A value of others on one line, printable and of bounded length. Never throws, whatever the value is. */
export function shown(value: unknown, maxLength = 400): string {
  const text = typeof value === 'string' ? value : jsonOf(value)
  if (text.length <= maxLength) return printable(text)
  return `${printable(text.slice(0, maxLength))}... (${text.length} characters)`
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'a value that is no JSON'
  }
}

/** `\u` escapes of the UTF-16 units of a character. */
export function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
