import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { glewlwyd, mayRead } from '../../../examples/providers/glewlwyd.js'
import { type Certificate, createCertificate } from '../../proof/certificates.js'
import { debianVersion } from '../debian.js'
import type { AuthorizationServer, RunningServer, TokenEndpointProof } from '../server.js'
import {
  aptInstall,
  cacheFolder,
  canInstallPackages,
  freePort,
  hasCommand,
  postForm,
  run,
  startProcess,
} from '../tools.js'
import { type Administration, createAdministration } from './administration.js'
import { anotherAudience, audience, certified, configurationFile, worker } from './configuration.js'

const certificateHeader = 'SSL_CLIENT_CERT'
const schema = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3'

export const server: AuthorizationServer = {
  name: 'glewlwyd',
  title: 'Glewlwyd',
  get version() {
    return debianVersion('glewlwyd') ?? 'of Debian'
  },
  available: () =>
    hasCommand('glewlwyd') || canInstallPackages() || 'there is no glewlwyd, and apt-get needs root',
  install: () => aptInstall('dbconfig-sqlite3', 'glewlwyd', 'openssl', 'sqlite3'),
  start,
  cannot: {},
}

async function start(): Promise<RunningServer> {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}/api`
  const command = await prepare(port)
  const certificate = createCertificate(certified)
  let running = await startProcess(command)
  const administration = createAdministration(base, certificateHeader)
  await administration.setUp(certificate)
  return {
    issuer: `${base}/oidc`,
    options: glewlwyd(`${base}/oidc`),
    permission: mayRead,
    ...tokens(base, administration),
    rotateKey: administration.rotateKey,
    withdrawOldKey: administration.withdrawOldKey,
    introspection: introspection(base),
    dpop: { options: { ...glewlwyd(`${base}/oidc`), dpop: {} }, token: dpopToken(base) },
    mtls: {
      options: { ...glewlwyd(`${base}/oidc`), mtls: {} },
      certificate,
      token: () => certificateBoundToken(base, certificate),
    },
    stop: () => running.stop(),
    async restart() {
      running = await startProcess(command)
    },
    close: () => running.stop(),
  }
}

/** A new database and configuration in a folder of their own. */
async function prepare(port: number) {
  const folder = mkdtempSync(join(cacheFolder('glewlwyd'), 'run-'))
  const database = join(folder, 'glewlwyd.db')
  const configuration = join(folder, 'glewlwyd.conf')
  writeFileSync(configuration, configurationFile({ port, database, certificateHeader }))
  await run('sqlite3', [database, `.read ${schema}`])
  return {
    command: 'glewlwyd',
    args: ['--config-file', configuration],
    readyUrl: `http://127.0.0.1:${port}/config`,
    log: join(folder, 'log'),
  }
}

interface TokenRequest {
  scope?: string
  resource?: string
  headers?: Record<string, string>
}

async function workerToken(base: string, { headers, ...form }: TokenRequest = {}): Promise<string> {
  const answer = await postForm(
    `${base}/oidc/token`,
    { grant_type: 'client_credentials', scope: 'read:messages', resource: audience, ...form },
    { client: worker, ...(headers && { headers }) },
  )
  return answer.access_token
}

function tokens(base: string, administration: Administration) {
  return {
    token: () => workerToken(base),
    tokenForAnotherAudience: () => workerToken(base, { resource: anotherAudience }),
    tokenWithoutPermission: () => workerToken(base, { scope: 'write:messages' }),
    async shortLivedToken() {
      await administration.setLifetime(2)
      const token = await workerToken(base)
      await administration.setLifetime(300)
      return token
    },
  }
}

/** All its access tokens are JWTs, and it tells clients of their own tokens only. */
function introspection(base: string) {
  return {
    options: {
      ...glewlwyd(`${base}/oidc`),
      introspection: { clientId: worker.id, clientSecret: worker.secret, jwts: true },
    },
    token: () => workerToken(base),
    revoke: async (token: string) =>
      void (await postForm(`${base}/oidc/revoke`, { token }, { client: worker })),
  }
}

function dpopToken(base: string) {
  return async (proof: TokenEndpointProof) =>
    workerToken(base, { headers: { DPoP: await proof('POST', `${base}/oidc/token`) } })
}

/** As a proxy in front asks that ended TLS, with the certificate's line ends as spaces. */
async function certificateBoundToken(base: string, { cert }: Certificate): Promise<string> {
  const form = { grant_type: 'client_credentials', scope: 'read:messages', resource: audience }
  const headers = { [certificateHeader]: cert.replaceAll('\n', ' ') }
  const answer = await postForm(`${base}/oidc/token`, { ...form, client_id: certified }, { headers })
  return answer.access_token
}
