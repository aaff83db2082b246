import { boundTokens } from './bound-tokens.js'
import { flood, floodInOutage } from './floods.js'
import { outage, recovery } from './outages.js'
import { bearer, OK, traffic, UNKNOWN_KEY } from './requests.js'

async function ordinary({ world, during }) {
  await during(2, async () => [...(await traffic(world)), ...bearer('strict', world.issuer.hot(4), OK)])
}

/** A new key counts at once, and a withdrawn one no more as soon as the keys were fetched again. */
async function rotation({ world, during, until }) {
  const { issuer } = world
  const former = issuer.hot(8)
  await issuer.rotate()
  await during(1.5, async () => [
    ...(await traffic(world)),
    ...bearer('steady', former, OK),
    ...bearer('strict', await issuer.fresh(2), OK),
  ])
  await issuer.withdraw()
  await until(
    () => bearer('steady', former.slice(0, 1), OK, UNKNOWN_KEY)[0],
    () => traffic(world),
  )
  await during(1, async () => [...(await traffic(world)), ...bearer('steady', former, UNKNOWN_KEY)])
}

async function tenants({ world, during }) {
  await during(2, async () => [
    ...(await traffic(world)),
    ...bearer('tenants', await world.tenants.random(8), OK),
    ...bearer('tenants', await world.tenants.unknown(2), '401 issuer_unknown'),
  ])
}

/** Sends a token of every tenant, so that memory is compared with all of them known. */
export async function meetTenants({ world, sendAll }, count) {
  const numbers = Array.from({ length: count }, (_, number) => number)
  while (numbers.length > 0)
    await sendAll(bearer('tenants', await world.tenants.of(numbers.splice(-256)), OK))
}

/** In the order in which they are played, again and again. */
export const phasesOf = ({ redis }) => ({
  'hot and new tokens': ordinary,
  'keys rotate': rotation,
  'issuer fails': outage,
  'issuer is back': recovery,
  'flood of bad tokens': flood,
  'flood while the issuer fails': floodInOutage,
  'issuer is back again': recovery,
  ...(redis && { 'DPoP, Redis restarts': boundTokens }),
  '20,500 tenants': tenants,
})
