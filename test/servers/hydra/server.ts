import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { hydra, hydraOpaque, mayRead } from '../../../examples/providers/hydra.js'
import { goAvailable, goBinary, goBuild } from '../go.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import { cacheFolder, freePort, postForm, restartable, run, startProcess } from '../tools.js'
import { createAdmin } from './admin.js'

export const server: AuthorizationServer = {
  name: 'hydra',
  title: 'Ory Hydra',
  version: '2.3.0',
  available: goAvailable,
  install: () =>
    goBuild({
      name: 'hydra',
      folder: import.meta.dirname,
      package: 'github.com/ory/hydra/v2',
      tags: 'sqlite',
    }),
  start,
  cannot: {
    DPoP: 'Hydra 2.3 ignores proofs',
    'certificate binding': 'Hydra 2.3 binds no tokens to certificates',
  },
}

async function start(): Promise<RunningServer> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${port}`
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const env = environment(port, adminPort)
  rmSync(join(cacheFolder('hydra'), 'hydra.db'), { force: true })
  await run(goBinary('hydra'), ['migrate', 'sql', '--read-from-env', '--yes'], { env })
  const lifecycle = await restartable(() => serve(env, issuer))
  const admin = createAdmin(adminUrl)
  const clients = await createClients(admin.createClient)
  const grant = { grant_type: 'client_credentials', scope: 'read:messages', audience: 'messages-api' }
  const token = async (form = {}, client = clients.worker): Promise<string> =>
    (await postForm(`${issuer}/oauth2/token`, { ...grant, ...form }, { client })).access_token
  return {
    issuer,
    options: hydra(issuer),
    permission: mayRead,
    token: () => token(),
    tokenForAnotherAudience: () => token({ audience: 'invoices-api' }),
    tokenWithoutPermission: () => token({ scope: 'write:messages' }),
    shortLivedToken: () => token({}, clients.brief),
    introspection: {
      options: hydraOpaque(issuer, adminUrl),
      token: () => token({}, clients.opaque),
      revoke: (revoked) =>
        postForm(`${issuer}/oauth2/revoke`, { token: revoked }, { client: clients.opaque }),
    },
    rotateKey: admin.rotateKey,
    withdrawOldKey: admin.withdrawOldKey,
    ...lifecycle,
  }
}

async function createClients(create: ReturnType<typeof createAdmin>['createClient']) {
  return {
    worker: await create('messages-worker'),
    brief: await create('brief-worker', { client_credentials_grant_access_token_lifespan: '3s' }),
    opaque: await create('opaque-worker', { access_token_strategy: 'opaque' }),
  }
}

function environment(port: number, adminPort: number) {
  return {
    DSN: `sqlite://${cacheFolder('hydra')}/hydra.db?_fk=true`,
    SERVE_PUBLIC_HOST: '127.0.0.1',
    SERVE_PUBLIC_PORT: String(port),
    SERVE_ADMIN_HOST: '127.0.0.1',
    SERVE_ADMIN_PORT: String(adminPort),
    URLS_SELF_ISSUER: `http://127.0.0.1:${port}`,
    STRATEGIES_ACCESS_TOKEN: 'jwt',
    SECRETS_SYSTEM: 'the-secret-of-a-test-server',
    SQA_OPT_OUT: 'true', // no reports to its makers
  }
}

function serve(env: Record<string, string>, issuer: string) {
  return startProcess({
    command: goBinary('hydra'),
    args: ['serve', 'all', '--dev'],
    env,
    readyUrl: `${issuer}/health/ready`,
    log: join(cacheFolder('hydra'), 'hydra.log'),
  })
}
