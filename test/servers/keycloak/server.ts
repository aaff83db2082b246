import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keycloak, mayRead } from '../../../examples/providers/keycloak.js'
import { type Certificate, createCertificate, isWithoutOpenssl } from '../../proof/certificates.js'
import { maven, mavenAvailable } from '../maven.js'
import { postOverTls } from '../over-tls.js'
import type { AuthorizationServer, RunningServer, TokenEndpointProof } from '../server.js'
import { cacheFolder, freePort, postForm, restartable, run, startProcess } from '../tools.js'
import { administrator, createKeyAdmin } from './admin.js'
import { api, clients, realm, realmName } from './realm.js'

const version = '26.7.3'
const home = () => join(cacheFolder('keycloak'), `keycloak-${version}`)

export const server: AuthorizationServer = {
  name: 'keycloak',
  title: 'Keycloak',
  version,
  available: () => (isWithoutOpenssl ? 'there is no openssl command' : mavenAvailable()),
  install,
  start,
  cannot: {},
}

async function install(): Promise<void> {
  if (existsSync(join(home(), 'installed'))) return
  const folder = cacheFolder('keycloak')
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`
  await maven('dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`)
  const archive = join(folder, `keycloak-quarkus-dist-${version}.tar.gz`)
  await run('tar', ['xzf', archive, '-C', folder])
  rmSync(archive)
  writeFileSync(join(home(), 'installed'), '')
}

async function start(): Promise<RunningServer> {
  const [port, tlsPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const issuer = `${url}/realms/${realmName}`
  const certificate = createCertificate('mtls-worker')
  prepare(certificate)
  const lifecycle = await restartable(() => startKeycloak({ url, port, tlsPort, issuer }))
  const flows = createFlows(issuer)
  const { token } = flows
  const options = keycloak(issuer)
  const asked = { clientId: api.id, clientSecret: api.secret, jwts: true }
  return {
    issuer,
    options,
    permission: mayRead,
    token: () => token(),
    tokenForAnotherAudience: () => token(clients.elsewhere),
    tokenWithoutPermission: () => token(clients.roleless),
    shortLivedToken: () => token(clients.brief),
    introspection: {
      options: { ...options, introspection: asked },
      token: () => token(),
      revoke: flows.revoke,
    },
    dpop: { options: { ...options, dpop: {} }, token: flows.dpopToken },
    mtls: {
      options: { ...options, mtls: {} },
      certificate,
      token: () => flows.boundToken(`https://127.0.0.1:${tlsPort}/realms/${realmName}`, certificate),
    },
    ...createKeyAdmin(url),
    ...lifecycle,
  }
}

const grant = { grant_type: 'client_credentials' }

function createFlows(issuer: string) {
  const endpoint = `${issuer}/protocol/openid-connect`
  const token = async (client = clients.worker, headers: Record<string, string> = {}): Promise<string> =>
    (await postForm(`${endpoint}/token`, grant, { client, headers })).access_token
  return {
    token,
    dpopToken: async (proof: TokenEndpointProof) =>
      token(clients.dpop, { DPoP: await proof('POST', `${endpoint}/token`) }),
    async boundToken(realmOverTls: string, certificate: Certificate): Promise<string> {
      const { id, secret } = clients.mtls
      const form = { ...grant, client_id: id, client_secret: secret }
      const at = `${realmOverTls}/protocol/openid-connect/token`
      return (await postOverTls(at, form, certificate)).access_token
    },
    revoke: (revoked: string) =>
      postForm(`${endpoint}/revoke`, { token: revoked }, { client: clients.worker }),
  }
}

/** A realm to import, no data of an earlier run, and certificates. */
function prepare(client: Certificate): void {
  const data = join(home(), 'data')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(join(data, 'import'), { recursive: true })
  writeFileSync(join(data, 'import', 'northwind-realm.json'), JSON.stringify(realm()))
  const own = createCertificate('keycloak')
  writeFileSync(join(data, 'server.key'), own.key)
  writeFileSync(join(data, 'server.pem'), own.cert)
  writeFileSync(join(data, 'client.pem'), client.cert)
}

interface Listening {
  url: string
  port: number
  tlsPort: number
  issuer: string
}

function startKeycloak({ url, port, tlsPort, issuer }: Listening) {
  const data = join(home(), 'data')
  return startProcess({
    command: join(home(), 'bin/kc.sh'),
    args: [
      ...['start-dev', '--import-realm', `--hostname=${url}`, '--http-host=127.0.0.1'],
      ...[`--http-port=${port}`, `--https-port=${tlsPort}`, '--https-client-auth=request'],
      ...[`--https-certificate-file=${data}/server.pem`, `--https-certificate-key-file=${data}/server.key`],
      `--truststore-paths=${data}/client.pem`,
    ],
    env: {
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1', // half the time of a start, which is all that counts here
      KC_BOOTSTRAP_ADMIN_USERNAME: administrator.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
    },
    readyUrl: `${issuer}/.well-known/openid-configuration`,
    log: join(cacheFolder('keycloak'), 'keycloak.log'),
  })
}
