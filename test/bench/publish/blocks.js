import { tableOf } from '../report.js'
import { columnsOf, readReport } from './tables.js'

const shortTitles = {
  'express-require-auth': '**ours**',
  'fast-jwt + get-jwks': 'fast-jwt',
  'jose alone': 'jose',
  'express-jwt + jwks-rsa': 'express-jwt',
  'passport-jwt + jwks-rsa': 'passport-jwt',
  '@okta/jwt-verifier': '@okta',
  'a Map and nothing else': '_a Map_',
  'a middleware that only calls `next()`': '_only `next()`_',
  'a digest, a Map and a property': '_a digest and a Map_',
  'One token again and again': 'one token again and again',
  '1,000 tokens in random order': '1,000 tokens',
  "Each token's first uses on 50 connections together": 'first uses, 50 at once',
  '100,000 tokens, more than any cache holds': '100,000 tokens',
  'Every token new': 'every token new',
  'Flood of expired tokens': 'expired tokens',
  'Flood of forged signatures, each different': 'forged signatures',
  'Flood of tokens of a foreign issuer, each different': 'a foreign issuer',
  'Flood of requests without a token': 'no token',
}

const short = (title) => {
  const [name, way] = title.split(', by `next(error)`')
  return (way === undefined ? shortTitles[title] : shortTitles[name]) ?? name
}

const ofOurs = 'express-require-auth'
const perRequest = 'CPU µs over bare'

/** What stands between the markers of a page, by the name of the block. */
export function figureBlocks() {
  const speed = readReport('speed.md')
  const [main, ...others] = speed.tables
  const withHeading = (start) => others.filter(({ heading }) => heading.startsWith(start))
  const state = readReport('state.md').tables
  return {
    ratios: [ratioTable(main), shareOfBare(others[others.findIndex(isHot)])],
    speed: [bareCost(others), roundedTable(main), circumstancesOf(speed)],
    least: withHeading('Beside the least').map(roundedTable),
    refusals: withHeading('Refusals by').map(roundedTable),
    tenants: withHeading('express-require-auth with many tenants').map((each) =>
      drawn(columnsOf(each, [perRequest, 'heap kB per tenant'])),
    ),
    dpop: readReport('dpop.md').tables.map((each) => drawn(columnsOf(each, [perRequest, 'times the floor']))),
    state: state.map((each) => `${each.heading}:\n\n${drawn(columnsOf(each, [perRequest, 'req/s']))}`),
    cluster: readReport('cluster.md').tables.map((each) => `${each.heading}:\n\n${drawn(each)}`),
  }
}

function drawn({ header, rows }) {
  return tableOf(header, rows)
}

/** Whole µs, with a mark at figures of wrong answers. */
function roundedTable({ header, rows }) {
  const cells = rows.map(([title, ...figures]) => [short(title), ...figures.map(rounded)])
  const table = tableOf(header.map(short), cells)
  return table.includes('¹') ? `${table}\n\n¹ not every answer had the status owed.` : table
}

function rounded(figure) {
  if (!Number.isFinite(Number.parseFloat(figure))) return figure
  return `${Math.round(Number.parseFloat(figure))}${figure.includes('wrong') ? ' ¹' : ''}`
}

/** What each peer costs over bare, as a multiple of ours in the same run, where the token is good. */
function ratioTable({ header, rows }) {
  const peers = header.slice(1).filter((title) => title !== ofOurs && !short(title).startsWith('_'))
  const valid = rows.filter(([title]) => title.startsWith('One token') || title.startsWith('Every token'))
  const cells = valid.map((row) => {
    const figureOf = (title) => Number.parseFloat(row[header.indexOf(title)])
    return [short(row[0]), ...peers.map((peer) => (figureOf(peer) / figureOf(ofOurs)).toFixed(1))]
  })
  return tableOf(['times the cost of ours', ...peers.map(short)], cells)
}

const isHot = ({ heading }) => heading === 'One token again and again'

/** Both are medians over the rounds of one run. */
function shareOfBare({ rows }) {
  const ours = rows.find(([title]) => title === ofOurs)[1]
  const share = Math.round((Number.parseFloat(ours) / bareOf(rows)) * 100)
  return `A remembered token costs ${share} % of what Express takes for the request itself.`
}

function bareOf(rows) {
  return Number(/[\d.]+/.exec(rows.find(([title]) => title === 'bare Express app')[1])[0])
}

function bareCost(tables) {
  return `The bare app itself takes ${Math.round(bareOf(tables.find(isHot).rows))} µs a request.`
}

function circumstancesOf(report) {
  return ['Machine:', 'Date:', 'Form:'].map((word) => report.line(word).replace(/\.?$/, '.')).join(' ')
}
