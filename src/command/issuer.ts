import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { loadTenant, northwind, startTestIssuer, type TenantOptions } from '../testing/index.js'
import { parseArguments } from './arguments.js'
import { CommandError, usageError } from './command-error.js'
import { printable } from './printable.js'
import type { Terminal } from './terminal.js'

export const help = `Usage: require-auth issuer [--port 4000] [--tenant FILE.json]

Runs an Auth0-style authorization server on the loopback addresses of this machine, until it is interrupted.
For development only: its secrets are public and anyone may log in.

Options:
  --port PORT      where to listen, 0 for any free port (default 4000)
  --tenant FILE    JSON with the tenant's APIs, clients, users and organizations (default: a ready one, Northwind)`

export async function run(args: string[], terminal: Terminal): Promise<undefined> {
  const { values } = parseArguments(args, {
    options: { port: { type: 'string', default: '4000' }, tenant: { type: 'string' } },
  })
  const port = portOf(values.port)
  const tenant = values.tenant === undefined ? northwind : await readTenant(values.tenant)
  const issuer = await startTestIssuer({ port, tenant }).catch(explainPort(port))
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  terminal.print(instructions(issuer, tenant))
  await interrupted
  await issuer.close()
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw usageError(`--port must be a number from 0 to 65535, got ${JSON.stringify(text)}`)
}

async function readTenant(file: string): Promise<TenantOptions> {
  try {
    return loadTenant(await readFile(file, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== undefined) throw new CommandError(`${file} cannot be read (${code})`)
    if (error instanceof TypeError) throw new CommandError(`${file}: ${message}`)
    throw error
  }
}

function explainPort(port: number) {
  return (error: NodeJS.ErrnoException): never => {
    const { code } = error
    if (code === 'EADDRINUSE') throw new CommandError(`port ${port} is taken: give another with --port`)
    if (code === 'EACCES') throw new CommandError(`port ${port} may not be used: give one from 1024 up`)
    throw error
  }
}

function instructions({ url, customUrl }: { url: string; customUrl: string }, tenant: TenantOptions): string {
  return `Local issuer, for development only: its secrets are public and anyone may log in.

  ${url} (canonical domain)
  ${customUrl} (custom domain)
${curlLine(url, tenant)}
Ctrl-C ends it.`
}

/** Gets a token for the first client that may have one; a tenant without such a client gets no line. */
function curlLine(url: string, { clients }: TenantOptions): string {
  const client = clients.find(({ grants, apis = {} }) => {
    return grants.includes('client_credentials') && Object.keys(apis).length > 0
  })
  if (!client) return ''
  const [audience = ''] = Object.keys(client.apis ?? {})
  const isPublic = clients === northwind.clients
  const fields = {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: isPublic ? String(client.clientSecret) : '<its secret>', // that of one's own file is not told
    audience,
  }
  const data = Object.entries(fields).map(([name, value]) => `-d ${shellWord(`${name}=${value}`)}`)
  return `\nGet a token:\n\n  ${printable(`curl -s ${url}oauth/token ${data.join(' ')}`)}\n`
}

function shellWord(text: string): string {
  return /^[\w.:/@%+=~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
