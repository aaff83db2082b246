import { head, tableOf, titlesOf, wrongness } from '../report.js'
import { figuresOf } from '../speed/figures.js'

const header = ['', 'workers', 'CPU µs per request', 'req/s', 'times one worker', 'cores in use', 'wrong']

/** The Markdown report: a table per scenario, with a line per contender and number of workers. */
export function writeReport(results, { described, options }) {
  const figures = figuresOf(results)
  const titles = titlesOf(described)
  const sections = [...new Set(figures.map(({ group }) => group))].map((group) =>
    section(
      group,
      figures.filter((each) => each.group === group),
      titles,
    ),
  )
  return `${[head('Speed on more cores', options, remarks), ...sections].join('\n\n')}\n`
}

const remarks = [
  '- Here several processes of `node:cluster` serve one port, and CPU µs are the whole cost of a request, bare app',
  '  included, of all these processes. They share nothing: each fetches the keys and remembers tokens by itself.',
  '- Cores in use: CPU µs per request times req/s. The sender needs a core of its own: where there are only two,',
  '  two workers cannot have both, and req/s cannot double. The cost of a request says whether workers disturb',
  '  each other.',
]

function section(title, figures, titles) {
  const lines = [...titles].flatMap(([contender, name]) => {
    const rows = figures.map((each) => each.rows.find((row) => row.contender === contender))
    return rows.map((row, index) => [name, figures[index].title, ...cellsOf(row, rows[0])])
  })
  return [`## ${title}`, '', tableOf(header, lines)].join('\n')
}

function cellsOf(row, one) {
  if (!row.cpu) return ['', '', '', '', `failed: ${row.failure}`]
  const { cpuTotal, requestsPerSecond } = row
  return [
    cpuTotal.toFixed(1),
    Math.round(requestsPerSecond).toLocaleString('en'),
    (requestsPerSecond / one.requestsPerSecond).toFixed(2),
    ((cpuTotal * requestsPerSecond) / 1e6).toFixed(2),
    wrongness(row),
  ]
}
