import { circumstances } from '../machine.js'
import { contenderList, titlesOf } from '../report.js'

/** The Markdown report: a table per fault. */
export function writeReport(played, { described, size, patienceSeconds, steps }) {
  const titles = titlesOf(described)
  const sections = played.map((fault) => section(fault, titles))
  return `${[head({ size, patienceSeconds, steps }), ...sections, contenderList(described)].join('\n\n')}\n`
}

function head({ size, patienceSeconds, steps }) {
  return [
    '# Faults',
    '',
    ...circumstances(),
    `- Form: ${size}. All contenders at the same time, each with an issuer and a server process of its own.`,
    '- Time is moved, not waited for: a script preloaded into each server shifts Date, performance.now and',
    '  process.hrtime. Timers (and so time limits of fetches) run in real time. No token expires meanwhile.',
    `- In outages valid requests come when the last good fetch is ${moments(steps)} ago, unless it says otherwise.`,
    '- 200: share of valid requests so answered. Wrong 401: valid tokens refused. None: no answer within',
    `  ${patienceSeconds} s. Fetches: requests that the issuer got, of which for the key set; at once: most of them`,
    '  in flight together (a refused connection is not seen). After: share of valid requests answered 200 once',
    '  the issuer was back. Memory: heap and external, and RSS, after garbage collection, over the flood.',
  ].join('\n')
}

function moments(steps) {
  let sum = 0
  const sums = steps.map((seconds) => {
    sum += seconds
    return `${sum.toLocaleString('en')} s`
  })
  return sums.join(', ')
}

function section({ title, remark, results }, titles) {
  const flooded = results.some(({ flood }) => flood)
  const columns = ['', '200', 'wrong 401', 'other', 'fetches', 'at once', 'slowest ms', 'after']
  const extra = flooded ? ['flood not 401', 'heap MB', 'RSS MB'] : []
  const header = `| ${[...columns, ...extra].join(' | ')} |\n|---|${'--:|'.repeat(columns.length - 1 + extra.length)}`
  const heading = remark ? [`## ${title}`, '', remark] : [`## ${title}`]
  return [...heading, '', header, ...results.map((each) => line(titles.get(each.contender), each))].join('\n')
}

function line(title, result) {
  if (result.failure) return `| ${title} | failed: ${result.failure} |`
  const { valid, counts, after, flood, memory } = result
  const { 401: wrong = 0, ...others } = valid.others
  const cells = [
    ...[title, share(valid), wrong, list(others)],
    ...[`${counts.requests} (${counts.jwks})`, counts.mostInFlight, Math.round(valid.slowest * 1000)],
    after ? share(after) : '',
  ]
  if (flood) cells.push(list(flood.others), memory.heap.toFixed(1), memory.rss.toFixed(1))
  return `| ${cells.join(' | ')} |`
}

function share({ sent, right }) {
  return `${(Math.floor((right / sent) * 1000) / 10).toFixed(1).replace('.0', '')} %`
}

function list(others) {
  return Object.entries(others)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')
}
