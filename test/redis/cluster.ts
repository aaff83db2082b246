import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type RedisServer, startRedis } from './redis-server.js'

export interface RedisCluster {
  nodes: readonly RedisServer[]
  close(): Promise<void>
}

const run = promisify(execFile)

/** Three masters that share the keys. */
export async function startCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([1, 2, 3].map(() => startRedis('--cluster-enabled', 'yes')))
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`)
  await run('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'])
  for (const { port } of nodes) while (!(await isComplete(port))) await sleep(50)
  return { nodes, close: async () => void (await Promise.all(nodes.map((node) => node.close()))) }
}

/** Nodes learn from one another who has which keys, after the command that makes the cluster has ended. */
async function isComplete(port: number): Promise<boolean> {
  const { stdout } = await run('redis-cli', ['-p', String(port), 'CLUSTER', 'INFO'])
  return stdout.includes('cluster_state:ok') && stdout.includes('cluster_slots_ok:16384')
}
