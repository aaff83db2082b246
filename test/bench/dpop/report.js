import { circumstances } from '../machine.js'
import { figuresOf } from '../speed/figures.js'
import { contenderList, ordered, wrongness } from '../speed/report.js'

/** The Markdown report: every contender beside `floor`. */
export function writeReport(results, { described, options, floor }) {
  const titles = new Map(described.map(({ name, title }) => [name, title]))
  const [{ rows }] = figuresOf(results)
  const least = rows.find(({ contender }) => contender === floor)?.cpu?.median
  const table = ordered(rows).map((row) => line(titles.get(row.contender), row, least))
  return `${[head(options), tableHead, ...table, '', contenderList(described)].join('\n')}\n`
}

const tableHead =
  '| | CPU µs over bare | times the floor | req/s | p99 ms | wrong |\n|---|--:|--:|--:|--:|---|'

function head({ rounds, size }) {
  const trial = size === 'quick' ? ['- **A trial of the harness: these figures mean nothing.**'] : []
  return [
    '# Speed of DPoP',
    '',
    'One access token that is bound to an ES256 key, with a new proof in every request.',
    '',
    ...trial,
    ...circumstances(),
    `- Form: ${size}, ${rounds} rounds, medians. 50 connections, one server process of one thread.`,
    '- CPU µs: processor time of the whole server process per answered request, over that of the bare app',
    '  in the same round (in brackets: least and most of the rounds).',
    '- Wrong: answers that had another status than 200, with that status.',
    '',
  ].join('\n')
}

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

function overBare({ median, least, most }) {
  return `${median.toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)})`
}
