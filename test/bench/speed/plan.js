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

function partsOf({ pool, order, apart, tokens, warmup, requests, maxSeconds }, files) {
  const drawn = pool && { file: files[pool], from: 0, to: tokens }
  const warming = apart ? { ...drawn, from: tokens, to: tokens + warmup } : drawn
  return {
    warmup: { tokens: warming, order: 'once', requests: warmup, maxSeconds },
    measured: { tokens: drawn, order, requests },
  }
}

/** The second use of a token re-reads it, and costs more than the third: that belongs to the warm-up. */
const walks = 3

/** The rows for ours alone: tokens of many issuers, drawn at random. */
export async function planIssuers({ size, pools, tenant }) {
  const rows = []
  for (const sizes of issuerScenarios) rows.push(await planIssuerRow({ ...sizes[size], size, pools, tenant }))
  return rows
}

async function planIssuerRow({ tenants, tokens, size, pools, tenant }) {
  const { key, origin } = tenant
  const minted = await mint(key, tokens, (index) => claimsFor(`${origin}/t/${index % tenants}/`))
  const drawn = { file: await pools.write(`tenants-${tenants}-${tokens}`, minted), from: 0, to: tokens }
  const name = `${counted(tenants, 'tenant')}, ${counted(tokens, 'token')}`
  const requests = size === 'quick' ? 200 : 10_000
  return {
    ...{ name, title: name, tenants, expect: 200, config: { origin, tenants, audience } },
    first: { tokens: { ...drawn, to: 1 }, order: 'once' },
    warmup: { tokens: drawn, order: 'once', requests: Math.max(walks * tokens, requests), maxSeconds: 90 },
    measured: { tokens: drawn, order: 'random', requests, maxSeconds: 5 },
  }
}

const counted = (count, noun) => `${count.toLocaleString('en')} ${noun}${count > 1 ? 's' : ''}`
