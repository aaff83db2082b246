import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  mayRead,
  springAuthorizationServer,
} from '../../../examples/providers/spring-authorization-server.js'
import { type Certificate, createCertificate, isWithoutOpenssl } from '../../proof/certificates.js'
import { maven, mavenAvailable } from '../maven.js'
import { jwkOf, postOverTls } from '../over-tls.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import { cacheFolder, freePort, postForm, startProcess } from '../tools.js'

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
  const launch = () => startSpring({ issuer, port, tlsPort, certificate })
  let running = await launch()
  const options = springAuthorizationServer(issuer)
  const grant = { grant_type: 'client_credentials', scope: 'read:messages' }
  const token = async (id = 'messages-worker', form = {}, headers: Record<string, string> = {}) => {
    const posted = { client: clientOf(id), headers }
    return (await postForm(`${issuer}/oauth2/token`, { ...grant, ...form }, posted)).access_token
  }
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
      revoke: (revoked) =>
        postForm(`${issuer}/oauth2/revoke`, { token: revoked }, { client: clientOf('opaque-worker') }),
    },
    dpop: {
      options: { ...options, dpop: {} },
      token: async (proof) =>
        token('messages-worker', {}, { DPoP: await proof('POST', `${issuer}/oauth2/token`) }),
    },
    mtls: {
      options: { ...options, mtls: {} },
      certificate,
      async token() {
        const form = { ...grant, client_id: 'mtls-worker' }
        return (await postOverTls(`https://127.0.0.1:${tlsPort}/oauth2/token`, form, certificate))
          .access_token
      },
    },
    rotateKey: () => postForm(`${issuer}/keys/rotate`, {}),
    withdrawOldKey: () => postForm(`${issuer}/keys/withdraw`, {}),
    stop: () => running.stop(),
    async restart() {
      running = await launch()
    },
    close: () => running.stop(),
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
