import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lemonldap, mayRead } from '../../../examples/providers/lemonldap-ng.js'
import { debianVersion } from '../debian.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import {
  aptInstall,
  cacheFolder,
  canInstallPackages,
  freePort,
  postForm,
  run,
  startProcess,
} from '../tools.js'
import { clients, writeConfiguration } from './configuration.js'

const portalPackage = 'liblemonldap-ng-portal-perl'

/** The portal loads them whatever it is configured for; to Debian they are recommended or suggested. */
const modules = [
  'libgd-securityimage-perl',
  'libimage-magick-perl',
  'libio-string-perl',
  'libstring-random-perl',
]
const crypto = [
  'libconvert-pem-perl',
  'libcrypt-openssl-bignum-perl',
  'libcrypt-openssl-rsa-perl',
  'libcrypt-openssl-x509-perl',
]

export const server: AuthorizationServer = {
  name: 'lemonldap-ng',
  title: 'LemonLDAP::NG',
  get version() {
    return debianVersion(portalPackage) ?? 'of Debian'
  },
  available: () =>
    debianVersion(portalPackage) !== undefined ||
    canInstallPackages() ||
    'there is no LemonLDAP::NG, and apt-get needs root',
  install: () =>
    aptInstall('lemonldap-ng-fastcgi-server', portalPackage, 'libplack-perl', ...modules, ...crypto),
  start,
  cannot: {
    revocation: 'it has no revocation endpoint',
    DPoP: 'it has no DPoP',
    'certificate binding': 'it has no certificate-bound tokens',
  },
}

async function start(): Promise<RunningServer> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}/`
  const folder = mkdtempSync(join(cacheFolder('lemonldap-ng'), 'run-'))
  const env = { LLNG_DEFAULTCONFFILE: writeConfiguration(folder, issuer) }
  const command = {
    command: 'plackup',
    args: ['-s', 'HTTP::Server::PSGI', '--host', '127.0.0.1', '--port', String(port), app],
    env,
    readyUrl: `${issuer}.well-known/openid-configuration`,
    log: join(folder, 'log'),
    startSeconds: 30,
  }
  let running = await startProcess(command)
  return {
    issuer,
    options: lemonldap(issuer),
    permission: mayRead,
    ...tokens(issuer),
    rotateKey: () => rotateKey(issuer, env),
    withdrawOldKey: async () => {}, // it left with the rotation
    replacesKey: true,
    introspection: { options: withIntrospection(issuer), token: () => tokenOf(issuer, 'opaqueWorker') },
    stop: () => running.stop(),
    async restart() {
      running = await startProcess(command)
    },
    close: () => running.stop(),
  }
}

/** It is asked about opaque tokens, and names no audience in its answers. */
const withIntrospection = (issuer: string) => ({
  ...lemonldap(issuer),
  introspection: { clientId: clients.api.id, clientSecret: clients.api.secret, requireAudience: false },
})

const app = '/usr/share/lemonldap-ng/portal/htdocs/index.psgi'

function tokens(issuer: string) {
  return {
    token: () => tokenOf(issuer, 'worker'),
    tokenForAnotherAudience: () => tokenOf(issuer, 'otherWorker'),
    tokenWithoutPermission: () => tokenOf(issuer, 'worker', 'write:messages'),
    shortLivedToken: () => tokenOf(issuer, 'hastyWorker'),
  }
}

async function tokenOf(
  issuer: string,
  client: keyof typeof clients,
  scope = 'read:messages',
): Promise<string> {
  const form = { grant_type: 'client_credentials', scope }
  const answer = await postForm(`${issuer}oauth2/token`, form, { client: clients[client] })
  return answer.access_token
}

/** By its own script for cron jobs. The portal looks for a new configuration once a second. */
async function rotateKey(issuer: string, env: Record<string, string>): Promise<void> {
  const before = await publishedKid(issuer)
  await run('perl', ['/usr/share/lemonldap-ng/bin/rotateOidcKeys'], { env })
  const end = Date.now() + 20_000
  while ((await publishedKid(issuer)) === before) {
    if (Date.now() > end) throw new Error('the portal did not load its new key within 20 s')
    await sleep(200)
  }
}

async function publishedKid(issuer: string): Promise<string> {
  const response = await fetch(`${issuer}oauth2/jwks`)
  const { keys } = (await response.json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid).join()
}
