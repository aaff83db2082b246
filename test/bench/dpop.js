// node dpop.js [--quick] [--rounds N]
import { mkdirSync, writeFileSync } from 'node:fs'
import { startChild } from './child.js'
import { describeAll } from './contenders.js'
import { createClient, requestsOf } from './dpop/proofs.js'
import { writeReport } from './dpop/report.js'
import { readOptions } from './options.js'
import { createPools } from './speed/pools.js'
import { isWrong, measureRound } from './speed/rounds.js'
import { createFreshServers, createSharedServers } from './speed/servers.js'
import { audience, createSigningKey } from './tokens.js'

const ours = 'dpop/ours'
const floor = 'dpop/floor'
const contenders = ['bare', floor, ours, 'dpop/express-oauth2-jwt-bearer']

/** With a long warm-up: what the engine spends on compiling is no cost of a request. */
const sizes = { full: { warmup: 10_000, requests: 20_000 }, quick: { warmup: 50, requests: 200 } }

const options = readOptions({ contenders, scenarios: [] })
const issuer = await startChild('./issuer.js')
const servers = options.size === 'quick' ? createSharedServers() : createFreshServers()
const load = await startChild('./load.js')
const { id, origin } = await issuer.ask('start')
const key = createSigningKey('bench-key-1')
await issuer.ask('keys', { id, keys: [key.jwk] })
const tenant = { key, issuer: `${origin}/t/0/` }
const pools = createPools(tenant)
try {
  const results = await measureAll(await createClient(key, tenant.issuer))
  await report(results)
  process.exitCode = results.some((result) => result.contender === ours && isWrong(result)) ? 1 : 0
} finally {
  pools.remove()
  await Promise.all([issuer.stop(), load.stop(), servers.end()])
}

async function measureAll(client) {
  const config = { issuer: tenant.issuer, audience, proofKey: client.jwk }
  const row = { name: 'dpop', title: 'DPoP', expect: 200, contenders, config }
  const results = []
  for (let round = 0; round < options.rounds; round++) {
    const parts = await freshRequests(client, round)
    results.push(...(await measureRound({ ...row, ...parts }, round, { servers, load })))
  }
  return results
}

/** Every contender gets the same proofs, each proof once. They are made for one round, so that none gets too old. */
async function freshRequests(client, round) {
  const { warmup, requests } = sizes[options.size]
  const lines = requestsOf(client, 1 + warmup + requests)
  const file = await pools.write(`requests-${round}`, lines)
  const part = (from, count) => ({
    tokens: { file, from, to: from + count },
    order: 'once',
    requests: count,
  })
  return { first: part(0, 1), warmup: part(1, warmup), measured: part(1 + warmup, requests) }
}

async function report(results) {
  const text = writeReport(results, { described: await describeAll(contenders), options, floor })
  process.stdout.write(text)
  if (!options.whole) return
  const folder = new URL('./results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('dpop.md', folder), text)
}
