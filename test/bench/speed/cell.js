const connections = 50
const patienceSeconds = 20

/** Long enough for a steady figure, and short enough for a whole run of half an hour. A part may set its own. */
const maxSeconds = { warmup: 1.2, measured: 1.5 }

/**
 * Measures one contender in one scenario.
 *
 * `first` is one request with a valid token, so that keys are there before anything is measured.
 */
export async function measure({ contender, config, first, warmup, measured }, { servers, load }) {
  const server = await servers.open({ contender, config })
  try {
    const url = await server.ask('url')
    const send = (part) => load.ask('run', { url, connections, ...part })
    await send({ ...first, requests: 1, connections: 1, maxSeconds: patienceSeconds })
    await send(bounded(warmup, maxSeconds.warmup))
    return await between(server, () => send(bounded(measured, maxSeconds.measured)))
  } finally {
    await servers.close(server)
  }
}

function bounded(part, seconds) {
  return { ...part, maxSeconds: part.maxSeconds ?? seconds }
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
