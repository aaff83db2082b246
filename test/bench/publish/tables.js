import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resultsFolder } from '../results.js'

/** A report of `results/`: its tables by the heading above them, and its lines. Without the file it has none. */
export function readReport(name) {
  const path = join(resultsFolder, name)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const sections = text.split(/^#+ /m).slice(1)
  const tables = sections.map((section) => [section.split('\n')[0], tableIn(section)])
  return {
    tables: tables.filter(([, table]) => table).map(([heading, table]) => ({ heading, ...table })),
    line: (word) =>
      text
        .split('\n')
        .find((line) => line.includes(word))
        ?.replace(/^- /, ''),
  }
}

function tableIn(section) {
  const [header, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'))
  return header && { header: cellsOf(header), rows: rows.map(cellsOf) }
}

function cellsOf(line) {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}

/** The table with these columns alone; the first stays. */
export function columnsOf({ header, rows }, names) {
  const chosen = [0, ...names.map((name) => header.indexOf(name))]
  const pick = (cells) => chosen.map((index) => cells[index])
  return { header: pick(header), rows: rows.map(pick) }
}
