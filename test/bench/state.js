// node state.js [--quick] [--rounds N]
import { runBench } from './bench.js'
import { describeAll } from './contenders.js'
import { readOptions } from './options.js'
import { contenderList, head, section, titlesOf } from './report.js'
import { writeResults } from './results.js'
import { figuresOf } from './speed/figures.js'
import { planState } from './state/plan.js'
import { hasRedis, startRedis } from './state/redis.js'

const options = readOptions({ contenders: [], scenarios: [] })
const redis = hasRedis() ? await startRedis() : undefined
const missing = 'The denylist is not measured: there is no redis-server command.'
if (!redis) process.stderr.write(`${missing}\n`)

try {
  await runBench({ options }, async ({ tenant, pools, measure }) => {
    const rows = await planState({ size: options.size, pools, tenant, redisUrl: redis?.url })
    const results = await measure(rows)
    const names = [...new Set(rows.flatMap(({ contenders }) => contenders))]
    writeResults(options, { 'state.md': writeReport(results, await describeAll(names)) })
    return results
  })
} finally {
  await redis?.stop()
}

function writeReport(results, described) {
  const remarks = [
    '- What Redis and the issuer cost is not in these figures: they are processes of their own.',
  ]
  const sections = figuresOf(results).map((each) => section(each, titlesOf(described)))
  const rest = redis ? [] : [missing]
  const parts = [head('Speed of what is asked outside', options, remarks), ...sections, ...rest]
  return `${[...parts, contenderList(described)].join('\n\n')}\n`
}
