import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { messages } from '../api.js'
import { craft, craftKey, goodClaims } from '../craft.js'
import { json, oddIssuer } from './odd-issuer.js'
import { cli } from './run-cli.js'
import { fail, runDoctor } from './run-doctor.js'

const rsa = craftKey()
const secret = 'hunter2-hunter2'

function withSecret(value: string = secret): void {
  vi.stubEnv('REQUIRE_AUTH_CLIENT_SECRET', value)
  onTestFinished(() => void vi.unstubAllEnvs())
}

function fileWith(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'auth.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const setUp = (url: string) => ['--issuer', url, '--audience', messages]

test('each of several algorithms is taken, and its keys are told by it', async () => {
  const ec = craftKey('ec', {}, 'ec')
  const { url } = await oddIssuer({ keys: [rsa.jwk, ec.jwk] })
  const token = craft({
    key: ec.privateKey,
    alg: 'ES256',
    header: { kid: 'ec' },
    claims: goodClaims({ iss: url }),
  })
  const { failed, find, findings } = await runDoctor(
    [...setUp(url), '--algorithm', 'PS256', '--algorithm', 'ES256'],
    { token },
  )
  expect(failed).toEqual([])
  expect(find('key set')?.says).toBe(`2 usable keys for PS256, ES256 at ${url}keys`)
  expect(findings.filter(({ check }) => check === 'key').map(({ says }) => says)).toEqual([
    'kid crafted: RSA, any algorithm, 2048 bits',
    'kid ec: EC, any algorithm',
    'kid ec: the issuer has it',
  ])
})

test('the metadata and the keys may be elsewhere', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk], metadata: () => ({ issuer: 'urn:northwind' }) })
  const token = craft({ key: rsa.privateKey, claims: goodClaims({ iss: 'urn:northwind' }) })
  const [byMetadata, byKeys] = await Promise.all([
    runDoctor([...setUp('urn:northwind'), '--metadata-url', `${url}metadata`], { token }),
    runDoctor([...setUp('urn:northwind'), '--jwks-uri', `${url}keys`], { token }),
  ])
  expect([byMetadata.failed, byKeys.failed]).toEqual([[], []])
  expect(byKeys.find('discovery')).toBeUndefined()
})

test('another claim may stand for the audience', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk] })
  const flags = ['--issuer', url, '--audience-claim', 'client_id', '--audience', 'web', '--audience', 'app']
  const tokenOf = (claims: object) =>
    craft({ key: rsa.privateKey, claims: goodClaims({ iss: url, aud: undefined, ...claims }) })
  const good = await runDoctor(flags, { token: tokenOf({ client_id: 'app' }) })
  expect(good.failed).toEqual([])
  expect(good.find('aud')?.says).toBe('client_id app')
  const bad = await runDoctor(flags, { token: tokenOf({ client_id: 'other' }) })
  expect(bad.failed[0]).toMatchObject({ check: 'aud', says: 'client_id other is not web or app' })
  const beside = await runDoctor(flags, { token: tokenOf({ client_id: 'app', aud: messages }) })
  expect(beside.failed[0]).toMatchObject({ says: `${messages} is not none, beside client_id` })
})

test('the profile demands its type and its claims', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk] })
  const claims = goodClaims({ iss: url, jti: undefined })
  const token = craft({ key: rsa.privateKey, header: { typ: 'JWT' }, claims })
  const { failed } = await runDoctor([...setUp(url), '--profile', 'rfc9068'], { token })
  expect(failed).toMatchObject([
    fail(
      'typ',
      'typ JWT is not at+jwt (profile rfc9068)',
      'let the issuer make access tokens of RFC 9068, or leave profile out',
    ),
    { check: 'claims', says: 'jti is missing: it must be present (profile rfc9068)' },
    { check: 'verdict' },
  ])
})

/** An issuer that answers every question about a token with this. */
async function introspecting(answer: object) {
  const token = (res: ServerResponse) => json(res, answer)
  return oddIssuer({ keys: [rsa.jwk], token, metadata: (url) => ({ introspection_endpoint: `${url}token` }) })
}

test('opaque tokens are asked about, with the secret of the environment', async () => {
  withSecret()
  const { url, requests } = await introspecting({ active: true, sub: secret, scope: 'read' })
  const flags = [...setUp(url), '--introspection-client-id', 'api']
  const strict = await runDoctor(flags, { token: 'opaque-token' })
  expect(strict.failed).toMatchObject([
    { check: 'verdict', says: expect.stringContaining('audience_mismatch') },
  ])
  const lax = await runDoctor([...flags, '--no-introspection-audience'], { token: 'opaque-token' })
  expect(lax.failed).toEqual([])
  expect(lax.find('introspect')?.says).toBe(`opaque tokens are asked about at ${url}token`)
  expect(lax.find('verdict')?.says).toBe('requireAuth accepts it: subject [secret], scopes read')
  const basic = Buffer.from(`api:${secret}`).toString('base64')
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([`Basic ${basic}`, `Basic ${basic}`])
  expect(lax.stdout).not.toContain(secret)
})

test('a token that is not active, and an issuer that cannot be asked, are told', async () => {
  withSecret()
  const inactive = await introspecting({ active: false })
  const flags = ['--introspection-client-id', 'api']
  const { failed } = await runDoctor([...setUp(inactive.url), ...flags], { token: 'opaque-token' })
  expect(failed).toEqual([
    fail(
      'verdict',
      'requireAuth answers 401 token_inactive: The access token is not active',
      'get a new token: the issuer says it expired, was revoked, or is none of its own',
    ),
  ])
  const without = await oddIssuer({ keys: [rsa.jwk] })
  const other = await runDoctor([...setUp(without.url), ...flags])
  expect(other.failed).toEqual([
    fail(
      'introspect',
      `the metadata of ${without.url} has no safe introspection_endpoint`,
      'set introspection.endpoint in requireAuth, if the issuer has one',
    ),
  ])
})

test('a file holds the options of requireAuth, and its secret may be in the environment', async () => {
  withSecret()
  const { url } = await oddIssuer({ keys: [rsa.jwk] })
  const introspection = { clientId: 'api', endpoint: `${url}token` }
  const config = {
    issuer: [{ issuer: url, tokenTypes: ['Odd+JWT'] }],
    audience: [messages],
    introspection,
    maxTokenAgeSeconds: 60,
  }
  const token = craft({
    key: rsa.privateKey,
    header: { typ: 'odd+jwt' },
    claims: goodClaims({ iss: url, iat: 1 }),
  })
  const { failed } = await runDoctor(['--config', fileWith(config)], { token })
  expect(failed).toMatchObject([
    { check: 'iat', says: expect.stringMatching(/: must be no more than 60 s ago$/) },
    { check: 'verdict', says: 'requireAuth answers 401 token_too_old: The access token is too old' },
  ])
})

test('keys of a file are all there is: nothing is fetched', async () => {
  const config = { issuer: { issuer: 'urn:northwind', jwks: { keys: [rsa.jwk] } }, audience: messages }
  const token = craft({ key: rsa.privateKey, claims: goodClaims({ iss: 'urn:northwind' }) })
  const { failed, findings } = await runDoctor(['--config', fileWith(config)], { token })
  expect(failed).toEqual([])
  expect(findings.slice(0, 2).map(({ says }) => says)).toEqual([
    '1 usable key for RS256 in the configuration: they are all there is',
    'kid crafted: RSA, any algorithm, 2048 bits',
  ])
})

test('a host over plain http may be named', async () => {
  const server = createServer((_req, res) => res.writeHead(404).end()).listen(0)
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const [host] = [`localhost.localdomain:${port}`]
  const { failed } = await runDoctor([...setUp(`http://${host}/`), '--http-host', host])
  expect(['reachable', 'discovery']).toContain(failed[0]?.check)
})

const good = { issuer: 'login.northwind.com', audience: messages }
const wrong: readonly (readonly [() => string[], string])[] = [
  [() => [...setUp('a.example'), '--algorithm', 'HS256'], '--algorithm must be a list of some of RS256, '],
  [
    () => [...setUp('a.example'), '--clock-tolerance', '5s'],
    '--clock-tolerance must be a number of seconds from 0 up to 300, got "5s"',
  ],
  [() => [...setUp('a.example'), '--clock-tolerance', '5000'], '(in seconds: did you mean 5?)'],
  [() => [...setUp('a.example'), '--profile', 'rfc7519'], '--profile must be "rfc9068", got "rfc7519"'],
  [
    () => [...setUp('a.example'), '--jwks-uri', 'http://a.example/k'],
    '--jwks-uri must be an https URL (http only for loopback hosts and --http-host)',
  ],
  [
    () => [...setUp('a.example'), '--issuer', 'b.example', '--jwks-uri', 'https://a.example/k'],
    '--jwks-uri and --metadata-url are for one --issuer: see --config',
  ],
  [
    () => [...setUp('a.example'), '--introspection-client-id', 'api'],
    'the secret is missing: set REQUIRE_AUTH_CLIENT_SECRET',
  ],
  [
    () => [...setUp('a.example'), '--no-introspection-audience'],
    '--no-introspection-audience needs --introspection-client-id',
  ],
  [
    () => [...setUp('a.example'), '--config', 'auth.json'],
    '--config holds the whole set-up: leave out --issuer',
  ],
  [() => ['--config', '/nowhere/auth.json'], '--config: the file cannot be read (ENOENT)'],
  [() => ['--config', fileWith(`{"secret":"${secret}"`)], '--config: the file is not JSON'],
  [() => ['--config', fileWith([])], '--config: options must be an object, got []'],
  [
    () => ['--config', fileWith({ ...good, issuers: 1 })],
    '--config: requireAuth has no option "issuers"; it knows issuer, ',
  ],
  [
    () => ['--config', fileWith({ ...good, introspection: { clientId: 'a', clientSecret: 7 } })],
    '--config: introspection.clientSecret must be a non-empty string',
  ],
]

test.each(wrong)('wrong usage is told by the name of its flag (%#)', async (flags, message) => {
  withSecret('')
  await expect(runDoctor(flags())).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(message),
  })
})

test('a wrong option of requireAuth ends the command in one line', async () => {
  const answer = await cli(['doctor', '--config', fileWith({ ...good, audience: 7 })])
  expect(answer).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'require-auth doctor: --config: audience must be a non-empty string or a list of them, got 7 (see require-auth doctor --help)\n',
  })
})
