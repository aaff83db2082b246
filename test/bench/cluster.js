// node cluster.js [--quick] [--rounds N]
import { runBench } from './bench.js'
import { startChild } from './child.js'
import { writeReport } from './cluster/report.js'
import { describeAll } from './contenders.js'
import { readOptions } from './options.js'
import { writeResults } from './results.js'
import { planScenarios } from './speed/plan.js'
import { createFreshServers } from './speed/servers.js'

const scenarios = ['hot', 'new']
const contenders = ['bare', 'ours']
const workers = [1, 2]

const options = readOptions({ contenders, scenarios })
const servers = createFreshServers(({ contender, config: { workers, ...config } }) =>
  startChild('./cluster/primary.js', {
    settings: { workers, contender, config },
    execArgv: ['--expose-gc'],
  }),
)

await runBench({ options, servers }, async ({ tenant, pools, measure }) => {
  const rows = await planScenarios(scenarios, { size: options.size, pools, tenant })
  const results = await measure(rows.flatMap(withWorkers))
  writeResults(options, {
    'cluster.md': writeReport(results, { described: await describeAll(contenders), options }),
  })
  return results
})

function withWorkers(row) {
  return workers.map((count) => ({
    ...row,
    name: `${row.name}, ${count}`,
    group: row.title,
    title: String(count),
    contenders,
    config: { ...row.config, workers: count },
  }))
}
