import { startChild } from './child.js'
import { createPools } from './speed/pools.js'
import { isWrong, measureRound } from './speed/rounds.js'
import { serversFor } from './speed/servers.js'
import { createSigningKey } from './tokens.js'

/**
 * Starts an issuer and a sender, lets `work` measure with them, and ends them. The process exits 1 when ours gave
 * another answer than it owed.
 *
 * @param {(bench: object) => Promise<object[]>} work Resolves with the results, which it has reported.
 */
export async function runBench({ options, servers = serversFor(options.size) }, work) {
  const issuer = await startChild('./issuer.js')
  const load = await startChild('./load.js')
  const tenant = await createTenant(issuer)
  const pools = createPools(tenant)
  const processes = { servers, load }
  try {
    const results = await work({ tenant, pools, ...processes, measure: measureRows(options, processes) })
    process.exitCode = results.some((result) => isOurs(result.contender) && isWrong(result)) ? 1 : 0
  } finally {
    pools.remove()
    await Promise.all([issuer.stop(), load.stop(), servers.end()])
  }
}

async function createTenant(issuer) {
  const { id, origin } = await issuer.ask('start')
  const key = createSigningKey('bench-key-1')
  await issuer.ask('keys', { id, keys: [key.jwk] })
  return { key, origin, issuer: `${origin}/t/0/`, jwksUri: `${origin}/t/0/.well-known/jwks.json` }
}

function isOurs(contender) {
  return contender.split('/').at(-1).startsWith('ours')
}

/** Row by row, in rounds through all contenders. */
function measureRows({ rounds }, processes) {
  return async (rows) => {
    const results = []
    for (const row of rows) {
      for (let round = 0; round < rounds; round++)
        results.push(...(await measureRound(row, round, processes)))
    }
    return results
  }
}
