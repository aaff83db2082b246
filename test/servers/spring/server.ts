import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  mayRead,
  springAuthorizationServer,
} from '../../../examples/providers/spring-authorization-server.js'
import { type Certificate, createCertificate, isWithoutOpenssl } from '../../proof/certificates.js'
import { maven, mavenAvailable } from '../maven.js'
import { jwkOf, postOverTls } from '../over-tls.js'
import type { AuthorizationServer, RunningServer, TokenEndpointProof } from '../server.js'
import { cacheFolder, freePort, postForm, restartable, startProcess } from '../tools.js'

const folder = () => cacheFolder('spring')

export const server: AuthorizationServer = {
  name: 'spring',
  title: 'Spring Authorization Server',
  version: '7.1.2',
  available: () => (isWithoutOpenssl ? 'there is no openssl command' : mavenAvailable()),
  install,
  start,
  cannot: {},
}

/** Builds the application once for every state of its sources. */
async function install(): Promise<void> {
  const sources = [
    'pom.xml',
    ...['AuthorizationServer', 'Clients', 'Keys'].map((name) => `${java}/${name}.java`),
  ]
  const text = sources.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n')
  const built = join(folder(), 'built-from')
  if (existsSync(built) && readFileSync(built, 'utf8') === text) return
  for (const file of sources) cpSync(join(import.meta.dirname, file), join(folder(), file))
  await maven('package', '--quiet', '-DskipTests', `--file=${folder()}/pom.xml`)
  writeFileSync(built, text)
}

const java = 'src/main/java/servers'

async function start(): Promise<RunningServer> {
  const [port, tlsPort] = [await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${port}`
  const certificate = createCertificate('mtls-worker')
  prepare(certificate)
  const lifecycle = await restartable(() => startSpring({ issuer, port, tlsPort, certificate }))
  const options = springAuthorizationServer(issuer)
  const flows = createFlows(issuer)
  const { token } = flows
  const { id: clientId, secret: clientSecret } = clientOf('messages-api')
  return {
    issuer,
    options,
    permission: mayRead,
    token: () => token(),
    tokenForAnotherAudience: () => token('invoices-worker'),
    tokenWithoutPermission: () => token('messages-worker', { scope: 'write:messages' }),
    shortLivedToken: () => token('brief-worker'),
    introspection: {
      options: { ...options, introspection: { clientId, clientSecret } },
      token: () => token('opaque-worker'),
      revoke: flows.revoke,
    },
    dpop: { options: { ...options, dpop: {} }, token: flows.dpopToken },
    mtls: {
      options: { ...options, mtls: {} },
      certificate,
      token: () => flows.boundToken(`https://127.0.0.1:${tlsPort}`, certificate),
    },
    rotateKey: () => postForm(`${issuer}/keys/rotate`, {}),
    withdrawOldKey: () => postForm(`${issuer}/keys/withdraw`, {}),
    ...lifecycle,
  }
}

const grant = { grant_type: 'client_credentials', scope: 'read:messages' }

function createFlows(issuer: string) {
  const endpoint = `${issuer}/oauth2/token`
  const token = async (id = 'messages-worker', form = {}, headers: Record<string, string> = {}) =>
    (await postForm(endpoint, { ...grant, ...form }, { client: clientOf(id), headers })).access_token
  return {
    token,
    dpopToken: async (proof: TokenEndpointProof) =>
      token('messages-worker', {}, { DPoP: await proof('POST', endpoint) }),
    async boundToken(urlOverTls: string, certificate: Certificate): Promise<string> {
      const form = { ...grant, client_id: 'mtls-worker' }
      return (await postOverTls(`${urlOverTls}/oauth2/token`, form, certificate)).access_token
    },
    revoke: (revoked: string) =>
      postForm(`${issuer}/oauth2/revoke`, { token: revoked }, { client: clientOf('opaque-worker') }),
  }
}

const clientOf = (id: string) => ({ id, secret: `${id}-secret` })

function prepare(client: Certificate): void {
  const own = createCertificate('spring')
  writeFileSync(join(folder(), 'server.key'), own.key)
  writeFileSync(join(folder(), 'server.pem'), own.cert)
  writeFileSync(join(folder(), 'client.pem'), client.cert)
}

interface Listening {
  issuer: string
  port: number
  tlsPort: number
  certificate: Certificate
}

function startSpring({ issuer, port, tlsPort, certificate }: Listening) {
  const properties = {
    issuer,
    'client.jwks': JSON.stringify({ keys: [jwkOf(certificate)] }),
    'http.port': port,
    'server.port': tlsPort,
    'server.address': '127.0.0.1',
    'server.ssl.client-auth': 'want',
    'server.ssl.bundle': 'certificates',
    'spring.ssl.bundle.pem.certificates.keystore.certificate': `file:${folder()}/server.pem`,
    'spring.ssl.bundle.pem.certificates.keystore.private-key': `file:${folder()}/server.key`,
    'spring.ssl.bundle.pem.certificates.truststore.certificate': `file:${folder()}/client.pem`,
  }
  const args = Object.entries(properties).map(([name, value]) => `--${name}=${value}`)
  return startProcess({
    command: 'java',
    args: ['-XX:TieredStopAtLevel=1', '-jar', join(folder(), 'target/authorization-server.jar'), ...args],
    readyUrl: `${issuer}/.well-known/openid-configuration`,
    log: join(folder(), 'spring.log'),
  })
}
