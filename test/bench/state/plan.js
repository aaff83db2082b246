import { randomBytes } from 'node:crypto'
import { audience } from '../tokens.js'

const sizes = { full: { warmup: 10_000, requests: 10_000 }, quick: { warmup: 50, requests: 200 } }

/** The rows: one token again and again, about which something outside the process is asked. */
export async function planState({ size, pools, tenant, redisUrl }) {
  const config = { issuer: tenant.issuer, audience, redisUrl }
  const opaque = await pools.write('opaque', [randomBytes(32).toString('base64url')])
  const rows = [
    {
      name: 'introspection',
      title: 'One opaque token again and again, remembered for 30 s',
      contenders: ['bare', 'state/ours-introspection', 'state/introspection-by-hand'],
      ...partsOf(opaque, size),
    },
  ]
  if (redisUrl) {
    rows.push({
      name: 'denylist',
      title: 'One token again and again, with a denylist in Redis',
      contenders: ['bare', 'state/ours-denylist@0', 'state/ours-denylist@1', 'state/denylist-by-hand'],
      ...partsOf(await pools.make('valid', 1), size),
    })
  }
  return rows.map((row) => ({ ...row, config, expect: 200 }))
}

function partsOf(file, size) {
  const tokens = { file, from: 0, to: 1 }
  const { warmup, requests } = sizes[size]
  return {
    first: { tokens, order: 'once' },
    warmup: { tokens, order: 'once', requests: warmup },
    measured: { tokens, order: 'once', requests },
  }
}
