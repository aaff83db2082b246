import { contenderList, head, ordered, overBare, titlesOf, wrongness } from '../report.js'
import { figuresOf } from '../speed/figures.js'

/** The Markdown report: every contender beside `floor`. */
export function writeReport(results, { described, options, floor }) {
  const titles = titlesOf(described)
  const [{ rows }] = figuresOf(results)
  const least = rows.find(({ contender }) => contender === floor)?.cpu?.median
  const table = ordered(rows).map((row) => line(titles.get(row.contender), row, least))
  const parts = [head('Speed of DPoP', options, []), intro, [tableHead, ...table].join('\n')]
  return `${[...parts, verdict(rows, least), contenderList(described)].join('\n\n')}\n`
}

const intro = 'One access token that is bound to an ES256 key, with a new proof in every request.'

/** Whether a request with DPoP costs less than what jose needs for the proof's signature alone. */
function verdict(rows, least) {
  const cost = rows.find(({ contender }) => contender === 'dpop/ours')?.cpu?.median
  return `Hot DPoP vs jose's bare check: ${cost && least ? (cost / least).toFixed(2) : 'failed'}`
}

const tableHead =
  '| | CPU µs over bare | times the floor | req/s | p99 ms | wrong |\n|---|--:|--:|--:|--:|---|'

function line(title, row, least) {
  if (!row.cpu) return `| ${title} | | | | | failed: ${row.failure} |`
  const { cpu, cpuTotal, requestsPerSecond, p99 } = row
  const isBare = row.contender === 'bare'
  const cells = [
    title,
    isBare ? `(${cpuTotal.toFixed(1)} in all)` : overBare(cpu),
    isBare || !least ? '' : (cpu.median / least).toFixed(2),
    Math.round(requestsPerSecond).toLocaleString('en'),
    p99.toFixed(1),
    wrongness(row),
  ]
  return `| ${cells.join(' | ')} |`
}
