import { bearer, OK, traffic, UNAVAILABLE, UNKNOWN_KEY } from './requests.js'

const OUTAGES = ['hang', 'refuse', 'error', 'garbage', 'drip']

/** Stale keys serve where they may; where not, good tokens get 503. Never 401, not even with a key not fetched yet. */
export async function outage(stage, cycle) {
  const { world, during, until } = stage
  const { issuer } = world
  await issuer.setMode(OUTAGES[cycle % OUTAGES.length])
  const early = await issuer.early(2)
  await until(
    () => bearer('strict', issuer.hot(1), OK, UNAVAILABLE)[0],
    () => traffic(world),
  )
  await until(
    () => bearer('steady', early, UNKNOWN_KEY, UNAVAILABLE)[0],
    () => traffic(world),
  )
  await during(2, async () => [
    ...(await traffic(world)),
    ...bearer('strict', await issuer.fresh(2), UNAVAILABLE),
    ...bearer('steady', early, UNAVAILABLE),
  ])
}

/** The pause after failures is over some time, and all is as before. */
export async function recovery({ world, during, until }) {
  const { issuer } = world
  await issuer.setMode('serve')
  const early = await issuer.early(1)
  await until(
    () => bearer('strict', issuer.hot(1), UNAVAILABLE, OK)[0],
    () => traffic(world),
  )
  await until(
    () => bearer('steady', early, UNAVAILABLE, UNKNOWN_KEY)[0],
    () => traffic(world),
  )
  await during(1, async () => [...(await traffic(world)), ...bearer('strict', issuer.hot(4), OK)])
}
