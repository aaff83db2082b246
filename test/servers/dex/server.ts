import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dex, mayRead } from '../../../examples/providers/dex.js'
import { goAvailable, goBinary, goBuild } from '../go.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import { cacheFolder, freePort, postForm, restartable, startProcess } from '../tools.js'
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
    'withdrawn key': 'Dex withdraws a key when the tokens it signed are over',
    revocation: 'Dex has no revocation endpoint',
    DPoP: 'Dex binds no tokens to keys',
    'certificate binding': 'Dex binds no tokens to certificates',
  },
}

async function start(): Promise<RunningServer> {
  const issuer = `http://127.0.0.1:${await freePort()}`
  rmSync(join(folder(), 'dex.db'), { force: true })
  writeFileSync(join(folder(), 'dex.json'), JSON.stringify(configuration(issuer, join(folder(), 'dex.db'))))
  const lifecycle = await restartable(() => serve(issuer))
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
    rotateKey: () => signingKeyChanges(issuer),
    ...lifecycle,
  }
}

/** Dex rotates by itself, every half minute at the earliest. */
async function signingKeyChanges(issuer: string): Promise<void> {
  const before = await signingKey(issuer)
  const end = Date.now() + 60_000
  while ((await signingKey(issuer)) === before) {
    if (Date.now() > end) throw new Error('Dex does not rotate its key')
    await sleep(250)
  }
}

/** It is listed first. */
async function signingKey(issuer: string): Promise<string | undefined> {
  const { keys } = (await (await fetch(`${issuer}/keys`)).json()) as { keys: { kid: string }[] }
  return keys[0]?.kid
}

function serve(issuer: string) {
  return startProcess({
    command: goBinary('dex'),
    args: ['serve', join(folder(), 'dex.json')],
    readyUrl: `${issuer}/.well-known/openid-configuration`,
    log: join(folder(), 'dex.log'),
  })
}
