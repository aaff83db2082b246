import { keys } from './lab.js'

const [key] = keys

/** The contender has fetched the keys and answered before; counting starts after that. */
export async function warm(lab) {
  await lab.publish(key)
  const tokens = await lab.mint(key, 10)
  await lab.sendAll(tokens.slice(0, 1))
  await lab.sendAll(tokens)
  await lab.resetCounts()
  return tokens
}

/** Valid requests go on at moments past the age of every cache, which is 10 minutes at most. */
export function outage(mode, ownSteps) {
  return async (lab, { requests, steps }) => {
    const seen = await warm(lab)
    await lab.setMode(mode)
    const valid = []
    for (const seconds of ownSteps ?? steps) {
      await lab.advance(seconds)
      valid.push(...(await lab.sendAll([...seen, ...(await lab.mint(key, requests))])))
    }
    return { valid, counts: await lab.counts(), after: await recover(lab) }
  }
}

/** No key was ever fetched, so nobody can answer 200: what counts is how soon and how truly it is said. */
export async function coldStart(lab, { requests }) {
  await lab.publish(key)
  await lab.setMode('hang')
  await lab.resetCounts()
  const valid = await lab.sendAll(await lab.mint(key, requests))
  return { valid, counts: await lab.counts(), after: await recover(lab) }
}

async function recover(lab) {
  await lab.setMode('serve')
  await lab.advance(120)
  const tokens = await lab.mint(key, 20)
  await lab.sendAll(tokens.slice(0, 5)) // these may only start the refresh
  return lab.sendAll(tokens)
}
