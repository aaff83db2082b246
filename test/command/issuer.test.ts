import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cli, ended, startCli } from './run-cli.js'

/** Runs the issuer until it has said all it says, and kills it when the test ends. */
async function issuer(...args: string[]) {
  const child = startCli(['issuer', '--port', '0', ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    if (output.includes('Ctrl-C')) break
  }
  const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1]
  return { child, output, port }
}

function fileOf(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'tenant.json'), content)
  return join(folder, 'tenant.json')
}

const tenant = {
  apis: [{ identifier: "https://it's.example", scopes: ['read'] }],
  clients: [
    {
      clientId: 'worker',
      clientSecret: 'my-own-secret',
      grants: ['client_credentials'],
      apis: { "https://it's.example": ['read'] },
    },
  ],
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the issuer says where it is, and ends well on %s',
  async (signal) => {
    const { child, output, port } = await issuer()
    expect(output).toBe(`Local issuer, for development only: its secrets are public and anyone may log in.

  http://127.0.0.1:${port}/ (canonical domain)
  http://localhost:${port}/ (custom domain)

Get a token:

  curl -s http://127.0.0.1:${port}/oauth/token -d grant_type=client_credentials -d client_id=messages-worker -d client_secret=messages-worker-secret -d audience=https://messages.northwind.com

Ctrl-C ends it.
`)
    child.kill(signal)
    expect(await ended(child)).toBe(0)
  },
)

test('a tenant file is served, and its secrets are not told', async () => {
  const { output, port } = await issuer('--tenant', fileOf(JSON.stringify(tenant)))
  expect(output).toContain(`-d 'client_secret=<its secret>' -d 'audience=https://it'\\''s.example'`)
  expect(output).not.toContain('my-own-secret')
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'worker',
    client_secret: 'my-own-secret',
    audience: "https://it's.example",
  })
  const answer = await fetch(`http://127.0.0.1:${port}/oauth/token`, { method: 'POST', body })
  expect(answer.status).toBe(200)
})

test('a tenant file that is missing or wrong is told in one line', async () => {
  const wrong = fileOf('{"apis":[],"clients":[]}')
  const [missing, invalid, noJson] = await Promise.all([
    cli(['issuer', '--tenant', 'nowhere.json']),
    cli(['issuer', '--tenant', wrong]),
    cli(['issuer', '--tenant', fileOf('{')]),
  ])
  const line = (text: string) => ({ code: 1, stdout: '', stderr: `require-auth issuer: ${text}\n` })
  expect(missing).toEqual(line('nowhere.json cannot be read (ENOENT)'))
  expect(invalid).toEqual(line(`${wrong}: tenant.apis must have at least one API`))
  expect(noJson).toMatchObject({ code: 1, stderr: expect.stringContaining('not JSON') })
})

test('a taken port is told in one line', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  onTestFinished(() => void blocker.close())
  const { port } = blocker.address() as { port: number }
  const stderr = `require-auth issuer: port ${port} is taken: give another with --port\n`
  expect(await cli(['issuer', '--port', String(port)])).toEqual({ code: 1, stdout: '', stderr })
})

test('a port that is none is a wrong call', async () => {
  const stderr =
    'require-auth issuer: --port must be a number from 0 to 65535, got "70000" (see require-auth issuer --help)\n'
  expect(await cli(['issuer', '--port', '70000'])).toEqual({ code: 2, stdout: '', stderr })
})
