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
  while (!(await isAgreed(nodes))) await sleep(50)
  return { nodes, close: async () => void (await Promise.all(nodes.map((node) => node.close()))) }
}

/** Nodes learn from one another who has which keys, after the command that makes the cluster has ended. */
async function isAgreed(nodes: readonly RedisServer[]): Promise<boolean> {
  const views = await Promise.all(nodes.map(({ port }) => ownersSeenBy(port)))
  return views.every((view) => view !== undefined && view === views[0])
}

/** After the id: address, flags, master, two times, epoch and link. */
const SLOTS_AT = 7

/** Which node has which slots; undefined while it does not know all of them. */
async function ownersSeenBy(port: number): Promise<string | undefined> {
  const ask = async (what: string) => (await run('redis-cli', ['-p', String(port), 'CLUSTER', what])).stdout
  const info = await ask('INFO')
  if (!info.includes('cluster_state:ok') || !info.includes('cluster_slots_ok:16384')) return undefined
  const owners = (await ask('NODES'))
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  return owners
    .map(([id, ...rest]) => [id, ...rest.slice(SLOTS_AT)].join(' '))
    .sort()
    .join('\n')
}
