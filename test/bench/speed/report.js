import { alikeNames, contenderNames, yardstickNames } from '../contenders.js'
import { contenderList, head, overBare, section, tableOf, titlesOf, wrongness } from '../report.js'
import { figuresOf } from './figures.js'

const sideTables = [
  { heading: 'Beside the least that a middleware costs', names: yardstickNames, beside: ['map'] },
  {
    heading: 'Refusals by `next(error)`, all of them',
    names: alikeNames,
    beside: ['express-oauth2-jwt-bearer', 'express-jwt'],
  },
]

const isMain = ({ name }) => name !== 'bare' && contenderNames.includes(name)

/** The Markdown report. */
export function writeReport(results, { described, options, heaps }) {
  const titles = titlesOf(described)
  const figures = figuresOf(results)
  const inGroup = (group) => figures.filter((each) => each.group === group)
  const scenarios = inGroup('scenarios')
  const parts = [
    head('Speed', options, ['- RSS: after garbage collection, over bare.']),
    table(scenarios, described.filter(isMain)),
    ...sideTables.flatMap((each) => sideTable(scenarios, described, each)),
    ...scenarios.map((each) => section(each, titles)),
  ]
  const issuers = inGroup('issuers')
  if (issuers.length > 0) parts.push(issuerSection(issuers, heaps))
  return `${[...parts, contenderList(described)].join('\n\n')}\n`
}

/** Scenarios in one table, a column per contender: processor time over the bare app, in µs. */
function table(figures, columns) {
  const header = ['CPU µs over bare', ...columns.map(({ title }) => title)]
  const lines = figures.map(({ title, rows }) => {
    const cells = columns.map(({ name }) => rows.find(({ contender }) => contender === name))
    return [title, ...cells.map((row) => (row?.cpu ? `${row.cpu.median.toFixed(1)}${mark(row)}` : 'failed'))]
  })
  return tableOf(header, lines)
}

/** A table of the scenarios that `names` were measured in, beside ours and others. */
function sideTable(figures, described, { heading, names, beside }) {
  const columns = described.filter(({ name }) => ['ours', ...beside, ...names].includes(name))
  const shared = figures.filter(({ rows }) => rows.some(({ contender }) => names.includes(contender)))
  return shared.length > 0 ? [`## ${heading}`, table(shared, columns)] : []
}

/** Figures of wrong answers compare nothing. */
function mark({ wrong }) {
  return Object.keys(wrong).length > 0 ? ' (wrong answers)' : ''
}

function issuerSection(figures, heaps) {
  const header = ['', 'CPU µs over bare', 'req/s', 'p99 ms', 'heap kB per tenant', 'wrong']
  const lines = figures.map(({ name, title, rows }) => {
    const row = rows.find(({ contender }) => contender === 'ours')
    if (!row?.cpu) return [title, '', '', '', '', `failed: ${row?.failure}`]
    const speed = Math.round(row.requestsPerSecond).toLocaleString('en')
    const heap = heaps.get(name)?.toFixed(1) ?? ''
    return [title, overBare(row.cpu), speed, row.p99.toFixed(1), heap, wrongness(row)]
  })
  return [
    '## express-require-auth with many tenants',
    '',
    'An `issuer` function knows the tenants. Tokens are drawn at random, all of them used before. Heap: what a tenant adds',
    'when no tokens are remembered.',
    '',
    tableOf(header, lines),
  ].join('\n')
}
