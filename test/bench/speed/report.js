import { alikeNames, contenderNames, yardstickNames } from '../contenders.js'
import { circumstances } from '../machine.js'
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
export function writeReport(results, { described, options }) {
  const titles = new Map(described.map(({ name, title }) => [name, title]))
  const figures = figuresOf(results)
  const inGroup = (group) => figures.filter((each) => each.group === group)
  const scenarios = inGroup('scenarios')
  const parts = [
    head(options),
    table(scenarios, described.filter(isMain)),
    ...sideTables.flatMap((each) => sideTable(scenarios, described, each)),
    ...scenarios.map((each) => section(each, titles)),
  ]
  const issuers = inGroup('issuers')
  if (issuers.length > 0) parts.push(issuerSection(issuers))
  return `${[...parts, contenderList(described)].join('\n\n')}\n`
}

function head({ rounds, size }) {
  const trial = size === 'quick' ? ['- **A trial of the harness: these figures mean nothing.**'] : []
  return [
    '# Speed',
    '',
    ...trial,
    ...circumstances(),
    `- Form: ${size}, ${rounds} rounds, medians. 50 connections, one server process of one thread.`,
    '- CPU µs: processor time of the whole server process per answered request, over that of the bare app',
    '  in the same round (in brackets: least and most of the rounds). RSS: after garbage collection, over bare.',
    '- Wrong: answers that had not the status owed (200 or 401), with that status.',
  ].join('\n')
}

/** Scenarios in one table, a column per contender: processor time over the bare app, in µs. */
function table(figures, columns) {
  const header = ['CPU µs over bare', ...columns.map(({ title }) => title)]
  const lines = figures.map(({ title, rows }) => {
    const cells = columns.map(({ name }) => rows.find(({ contender }) => contender === name))
    return [title, ...cells.map((row) => (row?.cpu ? `${row.cpu.median.toFixed(1)}${mark(row)}` : 'failed'))]
  })
  const ruler = header.map((_, index) => (index === 0 ? '---' : '--:'))
  return [header, ruler, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
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

function section({ title, rows }, titles) {
  const header =
    '| | CPU µs over bare | req/s | p99 ms | RSS MB over bare | wrong |\n|---|--:|--:|--:|--:|---|'
  return [
    `## ${title}`,
    '',
    header,
    ...ordered(rows).map((row) => line(titles.get(row.contender), row)),
  ].join('\n')
}

export function ordered(rows) {
  return [...rows].sort((a, b) => (a.cpu?.median ?? Infinity) - (b.cpu?.median ?? Infinity))
}

function line(title, row) {
  if (!row.cpu) return `| ${title} | | | | | failed: ${row.failure} |`
  const { cpu, requestsPerSecond, p99, rss } = row
  const bare = row.contender === 'bare'
  const cells = [
    title,
    bare
      ? `(${row.cpuTotal.toFixed(1)} in all)`
      : `${cpu.median.toFixed(1)} (${cpu.least.toFixed(1)}–${cpu.most.toFixed(1)})`,
    Math.round(requestsPerSecond).toLocaleString('en'),
    p99.toFixed(1),
    bare ? '' : rss.toFixed(1),
    wrongness(row),
  ]
  return `| ${cells.join(' | ')} |`
}

export function wrongness({ wrong, answers, fault, failure }) {
  const counted = Object.entries(wrong).map(([status, count]) => `${count} of ${answers} were ${status}`)
  if (wrong['500'] && fault) counted.push(`\`${fault.slice(0, 80)}\``)
  if (failure) counted.push(`a round failed: ${failure}`)
  return counted.join('; ') || 'none'
}

function issuerSection(figures) {
  const header =
    '| | CPU µs over bare | req/s | p99 ms | RSS MB over bare | wrong |\n|---|--:|--:|--:|--:|---|'
  const lines = figures.flatMap(({ title, rows }) =>
    rows.filter(({ contender }) => contender === 'ours').map((row) => line(title, row)),
  )
  return [
    '## express-require-auth with many issuers',
    '',
    'One token per issuer, drawn at random.',
    '',
    header,
    ...lines,
  ].join('\n')
}

export function contenderList(described) {
  const lines = described
    .filter(({ name }) => name !== 'bare')
    .map(
      ({ title, versions, note }) =>
        `- **${title}**${versions ? ` (${versions})` : ''}${note ? `. ${note}` : ''}`,
    )
  return ['## Contenders', '', ...lines].join('\n')
}
