import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dex, mayRead } from '../../../examples/providers/dex.js'
import { goAvailable, goBinary, goBuild } from '../go.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import { cacheFolder, freePort, postForm, startProcess } from '../tools.js'
import { ada, api, configuration, grace, otherApi } from './configuration.js'

const folder = () => cacheFolder('dex')

export const server: AuthorizationServer = {
  name: 'dex',
  title: 'Dex',
  version: '2.41.1',
  available: goAvailable,
  install: () =>
    goBuild({ name: 'dex', folder: import.meta.dirname, package: 'github.com/dexidp/dex/cmd/dex' }),
  start,
  cannot: {
    revocation: 'Dex has no revocation endpoint',
    DPoP: 'Dex binds no tokens to keys',
    'certificate binding': 'Dex binds no tokens to certificates',
  },
}

async function start(): Promise<RunningServer> {
  const issuer = `http://127.0.0.1:${await freePort()}`
  rmSync(join(folder(), 'dex.db'), { force: true })
  writeFileSync(join(folder(), 'dex.json'), JSON.stringify(configuration(issuer, join(folder(), 'dex.db'))))
  const launch = () => serve(issuer)
  let running = await launch()
  const token = async ({ client = api, user = ada } = {}): Promise<string> => {
    const { email: username, password } = user
    // access tokens hold the nonce too, as those of a log-in in the browser do
    const grant = { grant_type: 'password', scope: 'openid email', nonce: 'n-0S6', username, password }
    return (await postForm(`${issuer}/token`, grant, { client })).access_token
  }
  const options = dex(issuer)
  const asked = { clientId: api.id, clientSecret: api.secret, jwts: true }
  return {
    issuer,
    options,
    permission: mayRead,
    token: () => token(),
    tokenForAnotherAudience: () => token({ client: otherApi }),
    tokenWithoutPermission: () => token({ user: grace }),
    shortLivedToken: () => token(),
    introspection: { options: { ...options, introspection: asked }, token: () => token() },
    rotateKey: () => keysChange(issuer, ([signing], before) => signing !== before[0]),
    withdrawOldKey: () => keysChange(issuer, (kids, before) => !kids.includes(before[1] as string)),
    stop: () => running.stop(),
    async restart() {
      running = await launch()
    },
    close: () => running.stop(),
  }
}

/** Dex rotates by itself, every half minute at the earliest. The key that signs is listed first. */
async function keysChange(
  issuer: string,
  changed: (kids: readonly string[], before: readonly string[]) => boolean,
): Promise<void> {
  const before = await kidsOf(issuer)
  const end = Date.now() + 120_000
  while (Date.now() < end) {
    if (changed(await kidsOf(issuer), before)) return
    await sleep(250)
  }
  throw new Error('the keys stay as they are')
}

async function kidsOf(issuer: string): Promise<string[]> {
  const { keys } = (await (await fetch(`${issuer}/keys`)).json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}

function serve(issuer: string) {
  return startProcess({
    command: goBinary('dex'),
    args: ['serve', join(folder(), 'dex.json')],
    readyUrl: `${issuer}/.well-known/openid-configuration`,
    log: join(folder(), 'dex.log'),
  })
}
