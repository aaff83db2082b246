import { escaped } from '../refusal/shown.js'

export { printable, shown } from '../refusal/shown.js'

/** What drives a terminal or hides what is written, inside JSON text, whose own line breaks may stay. */
const UNPRINTABLE_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/** JSON text that means the same and drives no terminal. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNPRINTABLE_IN_JSON, escaped)
}
