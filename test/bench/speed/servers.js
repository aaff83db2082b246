import { startChild } from '../child.js'

/** Servers for a run of this size. */
export function serversFor(size) {
  return size === 'quick' ? createSharedServers() : createFreshServers(startServer)
}

/** Gives every cell a server process of its own, so that no scenario warms the next. */
export function createFreshServers(start) {
  return { open: start, close: (server) => server.stop(), end: async () => {} }
}

/** Gives the scenarios of one contender one server process: quick to start, useless for figures. */
function createSharedServers() {
  const servers = new Map()
  return {
    async open({ contender, config }) {
      const apart = contender === 'bare' ? 'any' : config
      const ofConfig = servers.get(apart) ?? new Map()
      servers.set(apart, ofConfig)
      if (!ofConfig.has(contender)) ofConfig.set(contender, await startServer({ contender, config }))
      return ofConfig.get(contender)
    },
    close: async () => {},
    end: () =>
      Promise.all([...servers.values()].flatMap((each) => [...each.values()]).map((server) => server.stop())),
  }
}

/** Starts one app behind one contender. */
export function startServer({ contender, config }) {
  return startChild('./server.js', { settings: { contender, config }, execArgv: ['--expose-gc'] })
}
