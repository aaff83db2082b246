// node dpop.js [--quick] [--rounds N]
import { runBench } from './bench.js'
import { describeAll } from './contenders.js'
import { createClient, requestsOf } from './dpop/proofs.js'
import { writeReport } from './dpop/report.js'
import { readOptions } from './options.js'
import { writeResults } from './results.js'
import { measureRound } from './speed/rounds.js'
import { audience } from './tokens.js'

const floor = 'dpop/floor'
const contenders = ['bare', floor, 'dpop/ours', 'dpop/express-oauth2-jwt-bearer']

/** With a long warm-up: what the engine spends on compiling is no cost of a request. */
const sizes = { full: { warmup: 10_000, requests: 15_000 }, quick: { warmup: 50, requests: 200 } }

const options = readOptions({ contenders, scenarios: [] })

await runBench({ options }, async ({ tenant, ...bench }) => {
  const client = await createClient(tenant.key, tenant.issuer)
  const config = { issuer: tenant.issuer, audience, proofKey: client.jwk }
  const row = { name: 'dpop', title: 'DPoP', expect: 200, contenders, config }
  const results = []
  for (let round = 0; round < options.rounds; round++) {
    const parts = await freshRequests(client, round, bench.pools)
    results.push(...(await measureRound({ ...row, ...parts }, round, bench)))
  }
  const described = await describeAll(contenders)
  writeResults(options, { 'dpop.md': writeReport(results, { described, options, floor }) })
  return results
})

/** Every contender gets the same proofs, each proof once. They are made for one round, so that none gets too old. */
async function freshRequests(client, round, pools) {
  const { warmup, requests } = sizes[options.size]
  const lines = requestsOf(client, 1 + warmup + requests)
  const file = await pools.write(`requests-${round}`, lines)
  const part = (from, count) => ({
    tokens: { file, from, to: from + count },
    order: 'once',
    requests: count,
    maxSeconds: 20,
  })
  return { first: part(0, 1), warmup: part(1, warmup), measured: part(1 + warmup, requests) }
}
