import type { ServerResponse } from 'node:http'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messages } from '../api.js'
import { readyKey } from '../keys/ready-keys.js'
import { json, oddIssuer } from './odd-issuer.js'
import { cli, cliProcess, type Run } from './run-cli.js'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
})
afterAll(() => issuer.close())

const secret = 's3cret/+ &=ü'
const withSecret = (value: string): Run => ({ env: { REQUIRE_AUTH_CLIENT_SECRET: value } })
const asWorker = withSecret('messages-worker-secret')
const asAdmin = withSecret('messages-admin-secret')

function tokenArgs(url: string, clientId = 'messages-worker', ...more: string[]): string[] {
  return ['token', '--issuer', url, '--client-id', clientId, '--audience', messages, ...more]
}

const failed = (line: string) => ({ code: 1, stdout: '', stderr: `require-auth token: ${line}\n` })
const misused = (line: string) => ({
  code: 2,
  stdout: '',
  stderr: `require-auth token: ${line} (see require-auth token --help)\n`,
})

test('the access token alone is printed', async () => {
  const { code, stdout, stderr } = await cliProcess(tokenArgs(issuer.url), asWorker)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(decodeJwt(stdout)).toMatchObject({ iss: issuer.url, aud: messages, scope: 'read:messages' })
})

test('scope and organization are asked for, and --json prints the whole answer', async () => {
  const more = ['--scope', 'write:messages', '--organization', 'org_northwind', '--json']
  const { code, stdout } = await cli(tokenArgs(issuer.customUrl, 'messages-admin', ...more), asAdmin)
  const answer = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 86400, scope: 'write:messages' })
  expect(decodeJwt(answer.access_token)).toMatchObject({ iss: issuer.customUrl, org_id: 'org_northwind' })
})

test('the secret may come from stdin', async () => {
  const args = tokenArgs(issuer.url, 'messages-worker', '--secret-stdin')
  expect((await cliProcess(args, { stdin: 'messages-worker-secret\n' })).code).toBe(0)
})

test('a secret in a flag is refused and not told', async () => {
  const line = 'a secret is taken from the environment or from stdin, never from a flag'
  const [joined, apart] = await Promise.all([
    cli(tokenArgs(issuer.url, 'messages-worker', '--client-secret=hunter2')),
    cli(tokenArgs(issuer.url, 'messages-worker', '--secret', 'hunter2')),
  ])
  expect([joined, apart]).toEqual([misused(line), misused(line)])
})

test('what is missing is told', async () => {
  const [noIssuer, noSecret, emptySecret, noAudience] = await Promise.all([
    cli(['token']),
    cli(tokenArgs(issuer.url)),
    cli(tokenArgs(issuer.url, 'a', '--secret-stdin')),
    cli(['token', '--issuer', issuer.url, '--client-id', 'a']),
  ])
  expect(noIssuer).toEqual(misused('--issuer is missing'))
  const line = 'the secret is missing: set REQUIRE_AUTH_CLIENT_SECRET, or pipe it in with --secret-stdin'
  expect(noSecret).toEqual(misused(line))
  expect(emptySecret).toEqual(misused('the secret on stdin is empty'))
  expect(noAudience).toEqual(misused('--audience is missing'))
})

test('plain http is for loopback hosts only', async () => {
  const line =
    '--issuer must be a domain or an https URL without query and fragment (http only for loopback hosts and --http-host), got "http://login.northwind.com/" (over plain http only with --http-host login.northwind.com)'
  expect(await cli(tokenArgs('http://login.northwind.com/'), asWorker)).toEqual(misused(line))
})

test('an OAuth error is one line', async () => {
  const [wrongSecret, foreignApi] = await Promise.all([
    cli(tokenArgs(issuer.url), withSecret('hunter2')),
    cli(
      ['token', '--issuer', issuer.url, '--client-id', 'messages-worker', '--audience', 'https://x'],
      asWorker,
    ),
  ])
  expect(wrongSecret).toEqual(failed('invalid_client: Unauthorized (status 401)'))
  expect(foreignApi).toEqual(
    failed('access_denied: Service not enabled within domain: https://x (status 403)'),
  )
})

test('an issuer whose metadata names another is not sent the secret', async () => {
  const bare = issuer.url.slice(0, -1)
  const line = `the metadata of ${bare} names another issuer, ${issuer.url} (a slash at the end counts)`
  expect(await cli(tokenArgs(bare), asWorker)).toEqual(failed(line))
})

test('the secret is sent by Basic, form-encoded, unless the metadata lists client_secret_post (RFC 6749 §2.3.1)', async () => {
  const token = (res: ServerResponse) => json(res, { access_token: 'opaque-token' })
  const basic = await oddIssuer({ token })
  const { code, stdout } = await cli(tokenArgs(basic.url, 'a client'), withSecret(secret))
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'opaque-token\n' })
  const [request] = basic.requests
  const credentials = Buffer.from('a+client:s3cret%2F%2B+%26%3D%C3%BC').toString('base64')
  expect(request?.headers.authorization).toBe(`Basic ${credentials}`)
  expect(request).toMatchObject({
    method: 'POST',
    body: 'grant_type=client_credentials&audience=https%3A%2F%2Fmessages.northwind.com',
  })
  expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
})

test('the secret is posted where the metadata lists client_secret_post', async () => {
  const metadata = () => ({ token_endpoint_auth_methods_supported: ['client_secret_post'] })
  const token = (res: ServerResponse) => json(res, { access_token: 'opaque-token' })
  const { url, requests } = await oddIssuer({ metadata, token })
  expect((await cli(tokenArgs(url), withSecret(secret))).code).toBe(0)
  expect(requests[0]?.headers.authorization).toBeUndefined()
  expect(new URLSearchParams(requests[0]?.body).get('client_secret')).toBe(secret)
})

test('neither a secret nor control characters of an answer reach the terminal', async () => {
  const description = `\u001b[2J\u009b31m bad secret ${secret}\r\nroot# `
  const token = (res: ServerResponse) =>
    json(res, { error: 'invalid_client', error_description: description }, 401)
  const { url } = await oddIssuer({ token })
  expect(await cli(tokenArgs(url), withSecret(secret))).toEqual(
    failed('invalid_client: \\u001b[2J\\u009b31m bad secret [secret]\\u000d\\u000aroot#  (status 401)'),
  )
})

/** A server that gives back the header, the form or both. */
test.each(['authorization', 'body'] as const)(
  'the secret of a request is not told by an answer that echoes its %s',
  async (part) => {
    const echo = (res: ServerResponse, { headers, body }: { headers: object; body: string }) => {
      const sent = part === 'body' ? body : (headers as Record<string, string>).authorization
      return json(res, { error: 'invalid_client', error_description: `we got ${sent}`, echoed: [sent] }, 401)
    }
    const methods = part === 'body' ? ['client_secret_post'] : []
    const metadata = () => ({ token_endpoint_auth_methods_supported: methods })
    const { url } = await oddIssuer({ metadata, token: echo })
    const { code, stdout, stderr } = await cli(tokenArgs(url), withSecret(secret))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('[secret]')
    expect(stderr).not.toMatch(/s3cret|czNjcmV0/)
  },
)

test('--json masks the secret in an answer, and a token that holds it is not printed', async () => {
  const basic = `Basic ${Buffer.from(`messages-worker:${secret}`).toString('base64')}`
  const token = (res: ServerResponse) => json(res, { access_token: 'opaque', debug: { basic, [secret]: 1 } })
  const { url } = await oddIssuer({ token })
  const { stdout } = await cli(tokenArgs(url, 'messages-worker', '--json'), withSecret(secret))
  expect(JSON.parse(stdout)).toEqual({
    access_token: 'opaque',
    debug: { basic: 'Basic [secret]', '[secret]': 1 },
  })
  const thief = await oddIssuer({ token: (res) => json(res, { access_token: 'hunter2-hunter2' }) })
  expect(await cli(tokenArgs(thief.url), withSecret('hunter2-hunter2'))).toEqual(
    failed('the token endpoint answered with an access_token that holds the secret'),
  )
})

const answers: readonly (readonly [string, (res: ServerResponse) => unknown, string])[] = [
  [
    'a redirect',
    (res) => res.writeHead(307, { location: '/keys' }).end(),
    'answered with a redirect, which is refused (status 307)',
  ],
  ['a page', (res) => res.writeHead(503).end('<h1>no</h1>'), 'did not answer with JSON content (status 503)'],
  [
    'too much',
    (res) => json(res, { access_token: 'x'.repeat(300_000) }),
    'answered with more than 262144 bytes (status 200)',
  ],
]

test.each(answers)('%s for a token is refused', async (_name, token, what) => {
  const { url } = await oddIssuer({ token })
  expect(await cli(tokenArgs(url), asWorker)).toEqual(failed(`${url}token ${what}`))
})

test.each([{ access_token: 'a\u001b[2Jb' }, null])('an answer of %j holds no token', async (answer) => {
  const { url } = await oddIssuer({ token: (res) => json(res, answer) })
  const line = 'the token endpoint answered without a well-formed access_token'
  expect(await cli(tokenArgs(url), asWorker)).toEqual(failed(line))
})

test('a token endpoint elsewhere over plain http is not sent the secret', async () => {
  const { url } = await oddIssuer({
    metadata: () => ({ token_endpoint: 'http://login.northwind.com/token' }),
  })
  expect(await cli(tokenArgs(url), asWorker)).toEqual(
    failed(`the metadata of ${url} has no safe token_endpoint`),
  )
})
