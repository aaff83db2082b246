import { randomBytes } from 'node:crypto'
import { bearer, traffic, UNAVAILABLE, UNKNOWN_KEY } from './requests.js'

async function hostile({ issuer }, unknownKey) {
  const random = randomBytes(12).toString('base64url')
  const foreign = { iss: `https://${random.toLowerCase()}.example/` }
  return [
    ...bearer('steady', [issuer.forged(random)], ...unknownKey),
    ...bearer('steady', [issuer.forged()], '401 signature_invalid'),
    ...bearer(
      'steady',
      [issuer.forged('key-0', foreign), issuer.forged(random, foreign)],
      '401 issuer_unknown',
    ),
    ...bearer('steady', [random, `${random}.${random}.${random}`], '401 token_malformed'),
    ...bearer(
      'steady',
      await issuer.fresh(1, { exp: 1_700_000_000, iat: 1_699_990_000 }),
      '401 token_expired',
    ),
    ...bearer('steady', await issuer.fresh(1, { aud: random }), '401 audience_mismatch'),
    { to: 'steady', headers: {}, expected: ['401 token_missing'] },
  ]
}

export async function flood({ world, during, fail }) {
  const { issuer } = world
  const [startedAt, before] = [performance.now(), await issuer.keyFetches()]
  await during(2, async () => [...(await traffic(world)), ...(await hostile(world, [UNKNOWN_KEY]))])
  const [seconds, fetches] = [(performance.now() - startedAt) / 1000, (await issuer.keyFetches()) - before]
  // one for each cooldown of half a second, one each time the keys are due after 0.8 seconds
  if (fetches > seconds * (1 / 0.5 + 1 / 0.8) + 3) fail(`${fetches} fetches of keys in ${seconds} seconds`)
}

export async function floodInOutage({ world, during }) {
  await world.issuer.setMode('error')
  await during(2, async () => [
    ...(await traffic(world)),
    ...(await hostile(world, [UNKNOWN_KEY, UNAVAILABLE])),
  ])
}
