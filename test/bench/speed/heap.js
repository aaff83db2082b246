import { startServer } from './servers.js'

const connections = 50

/**
 * Heap in kB that one more tenant keeps, tokens not counted: `ours` remembers none here. Connections and compiled code
 * are there before the first measurement.
 */
export async function heapPerTenant({ config, first, warmup, tenants }, load) {
  if (tenants === 1) return undefined
  const server = await startServer({ contender: 'ours', config: { ...config, cache: false } })
  try {
    const url = await server.ask('url')
    const send = (part) => load.ask('run', { url, connections, maxSeconds: 90, ...part })
    await send({ ...first, requests: 1, connections: 1 })
    await send({ ...first, requests: 1000 })
    const before = await server.ask('memory')
    await send(warmup)
    const after = await server.ask('memory')
    return (after.heap - before.heap) / 1024 / (tenants - 1)
  } finally {
    await server.stop()
  }
}
