import { createInterface } from 'node:readline/promises'
import { CommandError, usageError } from './command-error.js'
import { printable } from './printable.js'

const STYLES = { bold: 1, red: 31, green: 32, yellow: 33, grey: 90 } as const

export type Style = keyof typeof STYLES

/** Where a command reads and writes. */
export interface Terminal {
  /** Writes lines to stdout. What they quote must be printable already. */
  print(text: string): void
  /** Writes one line to stderr, escaped. */
  complain(line: string): void
  /** Plain when stdout is no terminal, or NO_COLOR is set. */
  paint(style: Style, text: string): string
  /** Reads stdin to its end, without the line break there. `what` says what is missing when nobody pipes it in. */
  read(what: string): Promise<string>
  /** Asks a yes-or-no question. A usage error where nobody can answer. */
  confirm(question: string): Promise<boolean>
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>

const MAX_INPUT_BYTES = 65_536

export function createTerminal({ stdin, stdout, stderr, env }: Streams): Terminal {
  const isColoured = stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb'
  return {
    print: (text) => void stdout.write(`${text}\n`),
    complain: (line) => void stderr.write(`${printable(line)}\n`),
    paint: (style, text) => (isColoured ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text),
    async read(what) {
      // typed at a terminal it would be echoed
      if (stdin.isTTY) throw usageError(`${what} is to be piped in on stdin`)
      return readAll(stdin)
    },
    async confirm(question) {
      if (!stdin.isTTY) throw usageError(`${question} Nobody can answer here: give --yes`)
      const dialogue = createInterface({ input: stdin, output: stderr })
      const answer = await dialogue.question(`${printable(question)} [y/N] `)
      dialogue.close()
      return /^y(es)?$/i.test(answer.trim())
    },
  }
}

async function readAll(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk))
    size += chunk.length
    if (size > MAX_INPUT_BYTES) throw new CommandError(`stdin holds more than ${MAX_INPUT_BYTES} bytes`)
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, '')
}
