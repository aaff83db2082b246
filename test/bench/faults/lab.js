import { startChild } from '../child.js'
import { audience, claimsFor, createSigningKey, mint } from '../tokens.js'
import { createSender } from './sender.js'

const clock = new URL('../clock.js', import.meta.url).href

/**
 * A server behind one contender with an issuer of its own: what a fault plays with.
 *
 * @param {{ contender: string, issuers: object, patienceSeconds: number }} settings `issuers` is the process
 *   that runs the issuers.
 */
export async function openLab({ contender, issuers, patienceSeconds }) {
  const { id, origin } = await issuers.ask('start')
  const issuer = `${origin}/t/0/`
  const config = { issuer, jwksUri: `${issuer}.well-known/jwks.json`, audience }
  const execArgv = ['--expose-gc', '--import', clock]
  const server = await startChild('./server.js', { settings: { contender, config }, execArgv })
  const sender = createSender(await server.ask('url'), patienceSeconds)
  const ask = (name, input) => issuers.ask(name, { id, ...input })
  return {
    origin,
    sendAll: sender.sendAll,
    mint: (key, count) => mint(key, count, () => claimsFor(issuer)),
    claims: () => claimsFor(issuer),
    publish: (...keys) => ask('keys', { keys: keys.map(({ jwk }) => jwk) }),
    setMode: (mode) => ask('mode', { mode }),
    counts: () => ask('counts'),
    resetCounts: () => ask('resetCounts'),
    advance: (seconds) => server.ask('advance', seconds),
    lagSeconds: () => server.ask('lagSeconds'),
    memory: () => server.ask('memory'),
    async close() {
      sender.close()
      await Promise.all([server.stop(), ask('mode', { mode: 'refuse' }).catch(() => {})])
    },
  }
}

/** Keys are slow to make and may be shared by all labs. */
export const keys = ['key-a', 'key-b', 'key-c'].map(createSigningKey)
