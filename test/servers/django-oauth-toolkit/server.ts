import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { djangoOauthToolkit, mayRead } from '../../../examples/providers/django-oauth-toolkit.js'
import type { AuthorizationServer, RunningServer } from '../server.js'
import {
  aptInstall,
  cacheFolder,
  canInstallPackages,
  freePort,
  postForm,
  type RunningProcess,
  run,
  startProcess,
} from '../tools.js'

const name = 'django-oauth-toolkit'
const folder = import.meta.dirname
const python = join(cacheFolder(name), 'venv/bin/python')
const requirements = join(folder, 'requirements.txt')
const opaque = 'its access tokens are opaque: no key signs them'

const api = 'https://messages.northwind.com'
const otherApi = 'https://invoices.northwind.com'
const secret = 'loopback-tests-only'
const worker = { id: 'messages-worker', secret }

export const server: AuthorizationServer = {
  name,
  title: name,
  version: /^django-oauth-toolkit==(.*)$/m.exec(readFileSync(requirements, 'utf8'))?.[1] ?? '',
  available: () => hasVenv() || canInstallPackages() || 'there is no python3 with venv',
  install,
  start,
  cannot: {
    DPoP: 'it has no DPoP',
    'certificate binding': 'it has no certificate-bound tokens',
    'new key': opaque,
    'withdrawn key': opaque,
  },
}

/** Debian packs pip apart from Python. */
function hasVenv(): boolean {
  return spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0
}

async function install(): Promise<void> {
  if (!hasVenv()) await aptInstall('python3-venv')
  await run('python3', ['-m', 'venv', join(cacheFolder(name), 'venv')])
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements])
}

async function start(): Promise<RunningServer> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}/o`
  const data = mkdtempSync(join(cacheFolder(name), 'run-'))
  const env = environment(data)
  await setUp(env)
  const serve = (at: number, lifetimeSeconds: number) =>
    startProcess({
      ...command(at, { ...env, LIFETIME_SECONDS: String(lifetimeSeconds) }),
      log: join(data, `log-${at}`),
    })
  let running = await serve(port, 600)
  const stop = () => running.stop()
  const options = djangoOauthToolkit(issuer)
  return {
    issuer,
    opaque: true,
    options,
    permission: mayRead,
    ...tokens(issuer),
    shortLivedToken: () => shortLivedToken(serve),
    introspection: { options, token: () => tokenOf(issuer), revoke: (token) => revoke(issuer, token) },
    stop,
    async restart() {
      running = await serve(port, 600)
    },
    close: stop,
  }
}

/** The lifetime is a setting of the whole project: a second process with the same database has a short one. */
async function shortLivedToken(serve: (port: number, lifetimeSeconds: number) => Promise<RunningProcess>) {
  const port = await freePort()
  const second = await serve(port, 3)
  return tokenOf(`http://127.0.0.1:${port}/o`).finally(second.stop)
}

function environment(data: string): Record<string, string> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return {
    DATABASE: join(data, 'db.sqlite'),
    OIDC_RSA_PRIVATE_KEY: privateKey,
    PYTHONDONTWRITEBYTECODE: '1', // no files beside the sources
  }
}

/** A client of the API, and the API itself, which may ask about tokens. */
async function setUp(env: Record<string, string>): Promise<void> {
  const manage = (...args: string[]) => run(python, ['manage.py', ...args], { cwd: folder, env })
  await manage('migrate', '--verbosity', '0')
  for (const id of [worker.id, 'messages-api'])
    await manage('createapplication', '--client-id', id, '--client-secret', secret, ...confidential)
}

const confidential = ['confidential', 'client-credentials']

const command = (port: number, env: Record<string, string>) => ({
  env,
  command: python,
  args: ['manage.py', 'runserver', '--noreload', `127.0.0.1:${port}`],
  cwd: folder,
  readyUrl: `http://127.0.0.1:${port}/o/.well-known/openid-configuration`,
  startSeconds: 30,
})

function tokens(issuer: string) {
  return {
    token: () => tokenOf(issuer),
    tokenForAnotherAudience: () => tokenOf(issuer, { resource: otherApi }),
    tokenWithoutPermission: () => tokenOf(issuer, { scope: 'write:messages' }),
  }
}

async function tokenOf(issuer: string, asked: { scope?: string; resource?: string } = {}): Promise<string> {
  const form = { grant_type: 'client_credentials', scope: 'read:messages', resource: api, ...asked }
  const answer = await postForm(`${issuer}/token/`, form, { client: worker })
  return answer.access_token
}

async function revoke(issuer: string, token: string): Promise<void> {
  await postForm(`${issuer}/revoke_token/`, { token }, { client: worker })
}
