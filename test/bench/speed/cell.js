const connections = 50
const maxSeconds = { warmup: 60, measured: 20 }

/**
 * Measures one contender in one scenario.
 *
 * `first` is one request with a valid token, so that keys are there before anything is measured.
 */
export async function measure({ contender, config, first, warmup, measured }, { servers, load }) {
  const server = await servers.open({ contender, config })
  try {
    const url = await server.ask('url')
    const send = (part) => load.ask('run', { url, connections, maxSeconds: maxSeconds.warmup, ...part })
    await send({ ...first, requests: 1, connections: 1 })
    await send(warmup)
    return await between(server, () => send({ ...measured, maxSeconds: maxSeconds.measured }))
  } finally {
    await servers.close(server)
  }
}

async function between(server, send) {
  const before = await server.ask('cpu')
  const answers = await send()
  const after = await server.ask('cpu')
  const { rss } = await server.ask('memory')
  return {
    ...answers,
    cpuPerRequest: (after - before) / answers.completed,
    requestsPerSecond: answers.completed / answers.seconds,
    rss: rss / 2 ** 20,
    lastFault: await server.ask('lastFault'),
  }
}

/** The answers that are not `expect`, by status, with requests that got none as `none`. */
export function wrongAnswers({ statuses, errors }, expect) {
  const wrong = Object.entries(statuses).filter(([status]) => Number(status) !== expect)
  if (errors) wrong.push(['none', errors])
  return wrong.map(([status, count]) => ({ status, count }))
}
