// node speed.js [--quick] [--rounds N] [--only ours,jose] [--scenario hot,new,issuers]
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from './child.js'
import { alikeNames, contenderNames, describeAll, yardstickNames } from './contenders.js'
import { readOptions } from './options.js'
import { drawChart } from './speed/chart.js'
import { planIssuers, planScenarios } from './speed/plan.js'
import { createPools } from './speed/pools.js'
import { writeReport } from './speed/report.js'
import { isWrong, measureRound } from './speed/rounds.js'
import { scenarios } from './speed/scenarios.js'
import { createFreshServers, createSharedServers } from './speed/servers.js'
import { createSigningKey } from './tokens.js'

const options = readOptions({
  contenders: [...contenderNames, ...yardstickNames, ...alikeNames],
  scenarios: [...Object.keys(scenarios), 'issuers'],
})
const contenders = ['bare', ...options.contenders.filter((name) => name !== 'bare')]

const issuer = await startChild('./issuer.js')
const servers = options.size === 'quick' ? createSharedServers() : createFreshServers()
const load = await startChild('./load.js')
const { id, origin } = await issuer.ask('start')
const key = createSigningKey('bench-key-1')
await issuer.ask('keys', { id, keys: [key.jwk] })
const pools = createPools({ key, issuer: `${origin}/t/0/` })
try {
  const results = await measureAll(await plan())
  await report(results)
  process.exitCode = results.some((result) => result.contender === 'ours' && isWrong(result)) ? 1 : 0
} finally {
  pools.remove()
  await Promise.all([issuer.stop(), load.stop(), servers.end()])
}

async function plan() {
  const tenant = { key, origin, issuer: `${origin}/t/0/` }
  const names = options.scenarios.filter((name) => name !== 'issuers')
  const rows = await planScenarios(names, { size: options.size, pools, tenant })
  const issuerRows = options.scenarios.includes('issuers')
    ? await planIssuers({ size: options.size, pools, tenant })
    : []
  const only = contenders.filter((name) => name === 'bare' || name === 'ours')
  return [
    ...rows.map((row) => ({ ...row, group: 'scenarios', contenders: contendersOf(row) })),
    ...issuerRows.map((row) => ({ ...row, group: 'issuers', contenders: only })),
  ]
}

function contendersOf({ also = [] }) {
  return contenders.filter((name) => contenderNames.includes(name) || also.includes(name))
}

/** Scenario by scenario, in rounds through all contenders. */
async function measureAll(rows) {
  const results = []
  for (const row of rows) {
    for (let round = 0; round < options.rounds; round++) {
      results.push(...(await measureRound(row, round, { servers, load })))
    }
  }
  return results
}

async function report(results) {
  const described = await describeAll(contenders)
  const folder = options.whole ? resultsFolder() : join(tmpdir(), 'require-auth-bench')
  const text = writeReport(results, { described, options })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'speed.md'), text)
  writeFileSync(join(folder, 'speed.svg'), drawChart(results, described))
  process.stdout.write(`${text}\nWritten to ${folder}\n`)
}

function resultsFolder() {
  return fileURLToPath(new URL('./results/', import.meta.url))
}
