const connections = 50
const maxSeconds = { warmup: 60, burst: 20 }

/**
 * Starts the server of one contender and warms it.
 *
 * `first` is one request with a valid token, so that keys are there before anything is measured.
 */
export async function openCell({ contender, config, first, warmup }, { servers, load }) {
  const server = await servers.open({ contender, config })
  try {
    const url = await server.ask('url')
    const send = (part) => load.ask('run', { url, connections, ...part })
    const cell = { server, send, bursts: [] }
    await send({ ...first, requests: 1, connections: 1, maxSeconds: maxSeconds.warmup })
    await send({ ...warmup, maxSeconds: maxSeconds.warmup })
    return cell
  } catch (error) {
    await servers.close(server)
    throw error
  }
}

/** Sends a part of the requests, and notes what they cost the server. */
export async function sendBurst({ server, send, bursts }, part) {
  const before = await server.ask('cpu')
  const answers = await send({ ...part, maxSeconds: maxSeconds.burst })
  bursts.push({ ...answers, cpu: (await server.ask('cpu')) - before })
}

/** Ends the server. Resolves what all bursts were together. */
export async function closeCell({ server, bursts }, { servers }) {
  const { rss } = await server.ask('memory')
  const lastFault = await server.ask('lastFault')
  await servers.close(server)
  return { ...summary(bursts), rss: rss / 2 ** 20, lastFault }
}

function summary(bursts) {
  const sum = (read) => bursts.reduce((total, burst) => total + read(burst), 0)
  const completed = sum((burst) => burst.completed)
  return {
    completed,
    errors: sum(({ errors }) => errors),
    statuses: statusesOf(bursts),
    cpuPerRequest: sum(({ cpu }) => cpu) / completed,
    requestsPerSecond: completed / sum(({ seconds }) => seconds),
    p99: median(bursts.map(({ p99 }) => p99)),
  }
}

function statusesOf(bursts) {
  const total = {}
  for (const [status, count] of bursts.flatMap(({ statuses }) => Object.entries(statuses))) {
    total[status] = (total[status] ?? 0) + count
  }
  return total
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
