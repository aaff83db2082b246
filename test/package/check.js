// Packs the package, installs it into throw-away projects as a stranger would, and runs one kit in each environment.
//
//   npm run test:package -- --only jest,nest   # only the rows whose name holds one of these words
//   npm run test:package -- --keep /tmp/areas  # keeps what was installed there, and uses it again
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { installArea, packPackage } from './areas.js'
import { runRow } from './project.js'
import { createReport } from './report.js'
import { rows } from './rows.js'

const AT_ONCE = 2
const { values } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'string' } } })
const words = values.only?.split(',') ?? ['']
const chosen = rows.filter(({ name }) => words.some((word) => name.includes(word)))
const folder = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'express-require-auth-'))
mkdirSync(folder, { recursive: true })

async function inParallel(items, work) {
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const report = createReport()
try {
  const tarball = await report.step('pack', () => packPackage(folder))
  const areas = new Set(
    ['express5', ...chosen.map(({ area }) => area)].filter((area) => area !== 'repository'),
  )
  await inParallel(areas, (area) => report.step(`install ${area}`, () => installArea(folder, area, tarball)))
  await inParallel(chosen, (row) => report.row(row, () => runRow(folder, row, tarball)))
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}
report.print()
process.exitCode = chosen.length > 0 && report.passed() ? 0 : 1
