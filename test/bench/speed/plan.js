import { audience, claimsFor, mint } from '../tokens.js'
import { issuerScenarios, scenarios } from './scenarios.js'

/** The rows to measure in every chosen scenario: what each contender is given, and what is sent. */
export async function planScenarios(names, { size, pools, tenant }) {
  const config = { issuer: tenant.issuer, jwksUri: tenant.jwksUri, audience }
  const chosen = names.map((name) => ({ name, ...scenarios[name], ...scenarios[name][size] }))
  const files = await makePools(chosen, pools)
  const first = { tokens: { file: files.valid, from: 0, to: 1 }, order: 'once' }
  return chosen.map((scenario) => ({ ...scenario, config, first, ...partsOf(scenario, files) }))
}

async function makePools(chosen, pools) {
  const counts = { valid: 1 }
  for (const { pool, ...scenario } of chosen) {
    if (pool) counts[pool] = Math.max(counts[pool] ?? 0, tokensNeededBy(scenario))
  }
  const files = {}
  for (const [kind, count] of Object.entries(counts)) files[kind] = await pools.make(kind, count)
  return files
}

function tokensNeededBy({ tokens, warmup, apart }) {
  return apart ? tokens + warmup : tokens
}

function partsOf({ pool, order, apart, tokens, warmup, requests }, files) {
  const drawn = pool && { file: files[pool], from: 0, to: tokens }
  const warming = apart ? { ...drawn, from: tokens, to: tokens + warmup } : drawn
  return {
    warmup: { tokens: warming, order: 'once', requests: warmup },
    measured: { tokens: drawn, order, requests },
  }
}

/** The rows for ours alone: one token for each of many issuers, drawn at random. */
export async function planIssuers({ size, pools, tenant }) {
  const rows = []
  for (const sizes of issuerScenarios) rows.push(await planIssuerRow({ ...sizes[size], size, pools, tenant }))
  return rows
}

async function planIssuerRow({ issuers, tenants, size, pools, tenant }) {
  const { key, origin } = tenant
  const count = issuers ?? tenants
  const name = issuers ? `${count} configured` : `a function that knows ${count}`
  const minted = await mint(key, count, (index) => claimsFor(`${origin}/t/${index}/`))
  const drawn = { file: await pools.write(name.replaceAll(' ', '-'), minted), from: 0, to: count }
  const requests = size === 'quick' ? 200 : 10_000
  return {
    ...{ name, title: name, expect: 200, config: { origin, issuers, tenants, audience } },
    first: { tokens: drawn, order: 'once' },
    warmup: { tokens: drawn, order: 'once', requests: Math.max(count + 100, requests) },
    measured: { tokens: drawn, order: 'random', requests },
  }
}
