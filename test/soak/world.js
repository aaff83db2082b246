import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { calculateJwkThumbprint } from 'jose'
import { startChild } from '../bench/child.js'
import { claimsFor, forge, mint } from '../bench/tokens.js'
import { startRedis } from './redis.js'

/** More than the 20,000 that a middleware keeps, so that some are dropped and built anew. */
export const TENANTS = 20_500
const HOT_TOKENS = 200

const keys = JSON.parse(readFileSync(new URL('../keys/public-test-keys.json', import.meta.url))).keys.map(
  (key, index) => {
    const kid = `key-${index}`
    const jwk = { kty: 'RSA', n: key.n, e: key.e, kid, use: 'sig', alg: 'RS256' }
    return { kid, jwk, privateKey: createPrivateKey({ key, format: 'jwk' }) }
  },
)

/** The API, its issuers and its Redis, each in a process of its own. */
export async function openWorld({ hasRedis }) {
  const issuers = await startChild('./issuer.js')
  const [main, others] = [await issuers.ask('start'), await issuers.ask('start')]
  const redis = hasRedis ? await startRedis() : undefined
  const issuer = await createMainIssuer(issuers, main)
  const tenants = await createTenants(issuers, others)
  const settings = {
    issuer: issuer.url,
    tenants: { origin: others.origin, count: TENANTS },
    redisUrl: redis?.url,
  }
  const api = await startChild('../soak/api.js', { settings, execArgv: ['--expose-gc'] })
  return {
    issuer,
    tenants,
    redis,
    api,
    client: await createClient(),
    close: () => Promise.all([api.stop(), issuers.stop(), redis?.close()]),
  }
}

/** An issuer that rotates its keys, fails and comes back. */
async function createMainIssuer(issuers, { id, origin }) {
  const url = `${origin}/t/main/`
  const claims = (changes) => ({ ...claimsFor(url), ...changes })
  const publish = (...published) => issuers.ask('keys', { id, keys: published.map(({ jwk }) => jwk) })
  let turn = 0
  let hot = []
  const keyAt = (index) => keys[index % keys.length]

  async function signWith(index) {
    turn = index
    hot = await mint(keyAt(turn), HOT_TOKENS, () => claims())
  }

  await publish(keyAt(turn))
  await signWith(turn)
  return {
    url,
    /** Tokens that were sent before, and new ones. */
    hot: (count) => Array.from({ length: count }, () => hot[Math.floor(Math.random() * hot.length)]),
    fresh: (count, changes) => mint(keyAt(turn), count, () => claims(changes)),
    /** Tokens of the next key, which is not published yet. */
    early: (count) => mint(keyAt(turn + 1), count, () => claims()),
    forged: (kid, changes) => forge(kid ?? keyAt(turn).kid, claims(changes)),
    /** Publishes a new key beside the present one, and signs with it. */
    async rotate() {
      await publish(keyAt(turn + 1), keyAt(turn))
      await signWith(turn + 1)
    },
    /** Publishes the present key alone. */
    withdraw: () => publish(keyAt(turn)),
    setMode: (mode) => issuers.ask('mode', { id, mode }),
    keyFetches: async () => (await issuers.ask('counts', { id })).jwks,
  }
}

async function createTenants(issuers, { id, origin }) {
  const key = keys.at(-1)
  await issuers.ask('keys', { id, keys: [key.jwk] })
  const claims = (name) => claimsFor(`${origin}/t/${name}/`)
  return {
    of: (numbers) => mint(key, numbers.length, (index) => claims(numbers[index])),
    random: (count) => mint(key, count, () => claims(Math.floor(Math.random() * TENANTS))),
    unknown: (count) => mint(key, count, () => claims(randomBytes(6).toString('hex'))),
  }
}

/** A client with a key for DPoP, made by way of PEM: a key just made can lock up when it is exported as a JWK. */
async function createClient() {
  const { privateKey: pem } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const privateKey = createPrivateKey(pem)
  const { d: _, ...jwk } = privateKey.export({ format: 'jwk' })
  return { privateKey, jwk, cnf: { jkt: await calculateJwkThumbprint(jwk) } }
}
