import { requestsOf } from '../bench/dpop/proofs.js'
import { OK, traffic } from './requests.js'

const [REPLAYED, NO_STORE] = ['401 proof_replayed', '503 replay_store_unavailable']

/** Every proof counts once, also when Redis crashed after it was used. */
export async function boundTokens({ world, during, until, sendAll }) {
  const { issuer, client, redis } = world
  const [token] = await issuer.fresh(1, { cnf: client.cnf })
  const sent = []
  const proofs = (count, ...expected) =>
    requestsOf({ ...client, token }, count).map((line) => ({
      to: 'bound',
      headers: JSON.parse(line),
      expected,
    }))
  const used = () => {
    const made = proofs(4, OK)
    sent.push(...made)
    return made
  }
  const common = () => traffic(world)
  await during(1, async () => [...(await common()), ...used()])
  const killed = redis.kill()
  await sendAll(proofs(8, OK, NO_STORE))
  await killed
  await during(1, async () => [...(await common()), ...proofs(4, NO_STORE)])
  await redis.start()
  await until(() => proofs(1, NO_STORE, OK)[0], common)
  await during(1, async () => [...(await common()), ...used()])
  while (sent.length > 0)
    await sendAll(sent.splice(-20).map((request) => ({ ...request, expected: [REPLAYED] })))
}
