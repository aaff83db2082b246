// node speed.js [--quick] [--rounds N] [--only ours,jose] [--scenario hot,new,issuers]
import { runBench } from './bench.js'
import { alikeNames, contenderNames, describeAll, yardstickNames } from './contenders.js'
import { readOptions } from './options.js'
import { writeResults } from './results.js'
import { drawChart } from './speed/chart.js'
import { heapPerTenant } from './speed/heap.js'
import { planIssuers, planScenarios } from './speed/plan.js'
import { writeReport } from './speed/report.js'
import { scenarios } from './speed/scenarios.js'

const options = readOptions({
  contenders: [...contenderNames, ...yardstickNames, ...alikeNames],
  scenarios: [...Object.keys(scenarios), 'issuers'],
})
const contenders = ['bare', ...options.contenders.filter((name) => name !== 'bare')]

await runBench({ options }, async (bench) => {
  const rows = await plan(bench)
  const results = await bench.measure(rows)
  const heaps = await measureHeaps(rows, bench)
  const described = await describeAll(contenders)
  writeResults(options, {
    'speed.md': writeReport(results, { described, options, heaps }),
    'speed.svg': drawChart(results, described),
  })
  return results
})

async function plan({ tenant, pools }) {
  const given = { size: options.size, pools, tenant }
  const names = options.scenarios.filter((name) => name !== 'issuers')
  const rows = await planScenarios(names, given)
  const issuerRows = options.scenarios.includes('issuers') ? await planIssuers(given) : []
  const only = contenders.filter((name) => name === 'bare' || name === 'ours')
  return [
    ...rows.map((row) => ({ ...row, group: 'scenarios', contenders: contendersOf(row) })),
    ...issuerRows.map((row) => ({ ...row, group: 'issuers', contenders: only })),
  ]
}

async function measureHeaps(rows, { load }) {
  const heaps = new Map()
  for (const row of rows.filter(({ tenants }) => tenants)) heaps.set(row.name, await heapPerTenant(row, load))
  return heaps
}

function contendersOf({ also = [] }) {
  return contenders.filter((name) => contenderNames.includes(name) || also.includes(name))
}
