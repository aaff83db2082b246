import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { instructions, playgroundFrom } from '../examples/playground/from-environment.js'

const root = resolve(import.meta.dirname, '..')
const anyPorts = { ISSUER_PORT: '0', API_PORT: '0' }

/** Runs what `npm start` runs, and resolves with what it printed once it is up or has ended. */
async function spawnStart(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/start.ts'], {
    cwd: root,
    env: { ...process.env, ...anyPorts, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  let output = ''
  const up = new Promise<void>((done) => {
    const read = (chunk: Buffer) => {
      output += chunk
      if (output.includes('Ctrl-C')) done()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  await Promise.race([up, ended])
  return { child, ended, output }
}

/** The same in this process: a TypeScript process of its own takes a second to start. Resolves with what is printed. */
async function start(env: Record<string, string> = {}): Promise<string> {
  const playground = await playgroundFrom({ ...anyPorts, ...env })
  onTestFinished(playground.close)
  return instructions(playground)
}

/** Runs shell lines and reads what curl printed. */
async function answersOf(lines: string) {
  const { stdout } = await promisify(execFile)('bash', ['-c', lines.replaceAll('curl -i', 'curl -s -i')])
  return stdout.split(/(?=HTTP\/1\.1 )/).map((answer) => ({
    status: Number(answer.slice(9, 12)),
    challenge: /^www-authenticate: (.*?)\r?$/im.exec(answer)?.[1],
  }))
}

async function hasCurl(): Promise<boolean> {
  return promisify(execFile)('curl', ['--version']).then(
    () => true,
    () => false,
  )
}

test('the printed curl lines do what is said beside them', async ({ skip }) => {
  if (!process.env.CI && !(await hasCurl())) skip('curl is not installed')
  const output = await start()
  const lines = output.split('\n').filter((line) => /^ {2}(curl|\w*TOKEN=)/.test(line))
  expect(await answersOf(lines.join('\n'))).toEqual([
    { status: 200, challenge: undefined },
    { status: 401, challenge: 'Bearer realm="api"' },
    { status: 200, challenge: undefined },
    { status: 401, challenge: expect.stringContaining('error="invalid_token"') },
    { status: 403, challenge: expect.stringContaining('error="insufficient_scope", scope="write:messages"') },
    { status: 201, challenge: undefined },
  ])
})

test('the lines for the custom domain in the README answer as they say', async ({ skip }) => {
  if (!process.env.CI && !(await hasCurl())) skip('curl is not installed')
  const readme = readFileSync(resolve(root, 'README.md'), 'utf8')
  const [, snippet = ''] = /```sh\n( {2}TOKEN=[\s\S]*?)```/.exec(readme) ?? []
  const output = await start()
  const [, issuerPort = ''] = /http:\/\/localhost:(\d+)\/ \(custom/.exec(output) ?? []
  const [, apiPort = ''] = /^Messages API\s+http:\/\/localhost:(\d+)/m.exec(output) ?? []
  const answers = await answersOf(
    snippet.replaceAll(':4000/', `:${issuerPort}/`).replaceAll(':3000/', `:${apiPort}/`),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 401])
})

test('npm start prints the lines, and an interrupt ends it with exit code 0', async () => {
  const { child, ended, output } = await spawnStart({})
  expect(output).toMatch(/^\nLocal issuer .*\nCtrl-C ends both\.\n$/s)
  child.kill('SIGINT')
  expect(await ended).toBe(0)
})

test('npm start with a wrong setting prints one line and ends with exit code 1', async () => {
  const { ended, output } = await spawnStart({ API_PORT: 'many' })
  expect(await ended).toBe(1)
  expect(output).toBe('API_PORT must be a port number from 0 to 65535, got "many"\n')
})

test.each(['ISSUER_PORT', 'API_PORT'])('a taken %s is told in one line', async (name) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => blocker.once('listening', done))
  const { port } = blocker.address() as { port: number }
  onTestFinished(() => void blocker.close())
  await expect(start({ [name]: String(port) })).rejects.toThrow(
    new Error(`Port ${port} is taken: set ${name} to a free one`),
  )
})

test.each([
  ['API_PORT', 'many', 'API_PORT must be a port number from 0 to 65535, got "many"'],
  [
    'TOKEN_LIFETIME_SECONDS',
    '0',
    'TOKEN_LIFETIME_SECONDS must be a positive whole number of seconds, got "0"',
  ],
])('a wrong %s is told in one line', async (name, setting, line) => {
  await expect(start({ [name]: setting })).rejects.toThrow(new Error(line))
})

test('a page is served at the printed address, and tokens live as long as is set', async () => {
  const output = await start({ TOKEN_LIFETIME_SECONDS: '7' })
  const address = /^Playground +(\S+)/m.exec(output)?.[1] ?? ''
  expect(await (await fetch(address)).text()).toContain('<title>Messages API playground</title>')
  const [, issuer, data = ''] = /curl -s (\S+)oauth\/token (.*?) \|/.exec(output) ?? []
  const body = data.replaceAll('--data ', '').replaceAll(' ', '&')
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const response = await fetch(`${issuer}oauth/token`, { method: 'POST', headers, body })
  expect(await response.json()).toMatchObject({ expires_in: 7 })
})
