import { readFileSync, writeFileSync } from 'node:fs'
import { equivalent } from './equivalent.js'

const RESULTS = new URL('results.md', import.meta.url)

/** A mutant that keeps the module from loading is an error of the run. */
const NOTICED = ['Killed', 'Timeout', 'RuntimeError']

interface Mutant {
  file: string
  at: number
  line: string
  status: string
  replacement: string
}

/** The part that is read of https://github.com/stryker-mutator/mutation-testing-elements's schema. */
interface StrykerReport {
  files: Record<string, { source: string; mutants: StrykerMutant[] }>
}

interface StrykerMutant {
  status: string
  replacement: string
  location: { start: { line: number } }
}

export interface Figures {
  mutants: number
  killed: number
  /** Of those killed. On a machine with other work, some may only have been slow. */
  timeouts: number
  equivalent: number
  survivors: readonly Mutant[]
  score: number
}

/** What became of the mutants of a room. */
export function figuresOf(reportFile: string): Figures {
  const mutants = mutantsOf(JSON.parse(readFileSync(reportFile, 'utf8')))
  const killed = mutants.filter(({ status }) => NOTICED.includes(status)).length
  const left = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  const survivors = left.filter((mutant) => !isEquivalent(mutant))
  const counted = killed + survivors.length
  return {
    mutants: killed + left.length,
    killed,
    timeouts: mutants.filter(({ status }) => status === 'Timeout').length,
    equivalent: left.length - survivors.length,
    survivors,
    score: counted === 0 ? 100 : (100 * killed) / counted,
  }
}

function mutantsOf({ files }: StrykerReport): Mutant[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants.map(({ status, replacement, location: { start } }) => ({
      file: file.replace(/^src\//, ''),
      at: start.line,
      line: lines[start.line - 1]?.trim() ?? '',
      replacement,
      status,
    }))
  })
}

function isEquivalent({ file, line, replacement }: Mutant): boolean {
  return (equivalent[file] ?? []).some((each) => each.line === line && each.to.includes(replacement))
}

export function describe({ file, at, line, replacement, status }: Mutant): string {
  return `src/${file}:${at} ${status}: ${line}\n    becomes ${replacement}`
}

/** Writes the row of one room; the rows of others stay. */
export function writeRow(room: string, figures: Figures): void {
  const { mutants, killed, timeouts, equivalent: same, survivors, score } = figures
  const counts = [mutants, killed, timeouts, same, survivors.length].join(' | ')
  const row = `| \`${room}/\` | ${counts} | ${score.toFixed(1)} % |`
  const text = readFileSync(RESULTS, 'utf8')
  writeFileSync(RESULTS, text.replace(new RegExp(`^\\| \`${room}/\` \\|.*$`, 'm'), row))
}
