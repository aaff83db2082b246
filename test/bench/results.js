import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const resultsFolder = fileURLToPath(new URL('./results/', import.meta.url))

/** Writes files, by name, to `results/` after a whole run and to the temporary folder after any other. */
export function writeResults({ whole }, files) {
  const folder = whole ? resultsFolder : join(tmpdir(), 'require-auth-bench')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const [report] = Object.values(files)
  process.stdout.write(`${report}\nWritten to ${folder}\n`)
}
