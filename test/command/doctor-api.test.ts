import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import { type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { challengesOf } from '../../src/command/api/challenges.js'
import { messages } from '../api.js'
import { readyKey } from '../keys/ready-keys.js'
import { cli } from './run-cli.js'
import { fail, runDoctor } from './run-doctor.js'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await startTestIssuer({ signingKey: readyKey() })
})
afterAll(() => issuer.close())

/** An API on loopback until the test ends, and the requests it got. */
async function api(answer: RequestListener) {
  const requests: IncomingMessage[] = []
  const server = createServer((req, res) => {
    requests.push(req)
    answer(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`, requests }
}

const answerStatus: ErrorRequestHandler = ({ status }, _req, res, _next) => void res.sendStatus(status)

/** An API that requireAuth guards. */
function guarded(options: Partial<RequireAuthOptions> = {}) {
  const app = express()
  app.use(requireAuth({ issuer: issuer.url, audience: messages, ...options }))
  app.use((_req, res) => void res.sendStatus(200))
  app.use(answerStatus)
  return api(app)
}

const summary = (findings: readonly { verdict: string; check: string; says: string }[]) =>
  findings.map(({ verdict, check, says }) => `${verdict} ${check}: ${says}`)

test('an API that requireAuth guards passes every check', async () => {
  const { url, requests } = await guarded()
  const [token, expired] = [await issuer.token(), await issuer.token({ expiresInSeconds: -90 })]
  const { findings } = await runDoctor(['--api', url, '--expired-token', expired], { token })
  const invalid = (description: string) =>
    `401, Bearer realm="api", error="invalid_token", error_description="${description}"`
  expect(summary(findings)).toEqual([
    'ok no token: 401, Bearer realm="api"',
    `ok garbage: ${invalid('The access token is malformed')}`,
    'ok token: 200, no WWW-Authenticate',
    `ok unsigned: ${invalid('The access token is malformed')}`,
    `ok alg none: ${invalid('The access token is malformed')}`,
    `ok none signed: ${invalid('The access token is signed with an algorithm that is not allowed')}`,
    `ok altered: ${invalid('The access token signature is invalid')}`,
    'ok sent twice: 400, Bearer realm="api", error="invalid_request", error_description="The credentials were sent more than once"',
    'ok in query: 401, Bearer realm="api"',
    `ok expired: ${invalid('The access token expired')}`,
  ])
  expect(requests.map(({ method }) => method)).toEqual(Array(10).fill('GET'))
})

test('each spoiled copy is what it is called', async () => {
  const { url, requests } = await api((_req, res) => res.writeHead(401).end())
  const token = await issuer.token()
  await runDoctor(['--api', `${url}?page=2`], { token })
  const sent = requests.map(({ headersDistinct }) => headersDistinct.authorization ?? [])
  const bearers = sent.map(([first = '']) => first.slice('Bearer '.length))
  const [, garbage, own, unsigned, none, noneSigned, altered = ''] = bearers
  const [header, claims, signature] = token.split('.')
  expect([garbage, own, unsigned]).toEqual([
    'require-auth-doctor.made-this-up',
    token,
    `${header}.${claims}.`,
  ])
  expect(decodeProtectedHeader(none as string)).toMatchObject({ alg: 'none', typ: 'JWT' })
  expect(noneSigned).toBe(`${none}${signature}`)
  expect(altered.slice(0, -1)).toBe(token.slice(0, -1))
  const [before, after] = [token, altered].map((each) =>
    Buffer.from(each.split('.')[2] as string, 'base64url'),
  )
  expect(after).not.toEqual(before)
  expect(after?.toString('base64url')).toBe(altered.split('.')[2])
  expect(sent[7]).toEqual([`Bearer ${token}`, `Bearer ${token}`])
  expect(requests[8]?.url).toBe(`/messages?page=2&access_token=${token}`)
  expect(sent[8]).toEqual([])
})

test('an API that lets everybody in fails for each copy, with what is at stake', async () => {
  const { url } = await api((_req, res) => res.end('hello'))
  const { failed, find } = await runDoctor(['--api', url], { token: await issuer.token() })
  expect(failed.map(({ check }) => check)).toEqual([
    'no token',
    'garbage',
    'unsigned',
    'alg none',
    'none signed',
    'altered',
    'sent twice',
    'in query',
  ])
  expect(failed[0]).toEqual(
    fail(
      'no token',
      '200, no WWW-Authenticate',
      'the API answers anyone: put requireAuth, or what guards it, before this route',
    ),
  )
  expect(find('alg none')?.change).toBe(
    'the API takes tokens that nobody signed: stop it now, and verify signatures',
  )
  expect(find('altered')?.change).toBe(
    'the API does not verify signatures: stop it now, anyone can make such tokens',
  )
})

test('an API that takes expired tokens fails: the given one may be expired itself', async () => {
  const { url } = await api((req, res) =>
    req.headers.authorization
      ? res.end()
      : res.writeHead(401, { 'www-authenticate': 'Bearer realm="x"' }).end(),
  )
  const { find } = await runDoctor(['--api', url], { token: await issuer.token({ expiresInSeconds: -9 }) })
  expect(find('token')).toBeUndefined()
  expect(find('expired')).toMatchObject({
    verdict: 'FAIL',
    change: 'the API takes expired tokens: let it check exp',
  })
})

/** What an API answers to a request without a token and to one with garbage, and what is wrong with that. */
const answers: readonly (readonly [number, string | undefined, string | undefined, string | undefined])[] = [
  [401, 'Bearer realm="api"', undefined, 'let the challenge say error="invalid_token" (RFC 6750 §3.1)'],
  [
    401,
    'Basic realm="x", Bearer realm="api", error="invalid_token"',
    'leave the error code out where no credentials came (RFC 6750 §3.1)',
    undefined,
  ],
  [
    401,
    undefined,
    'let it send WWW-Authenticate with a Bearer challenge (RFC 6750 §3)',
    'let it send WWW-Authenticate with a Bearer challenge (RFC 6750 §3)',
  ],
  [
    401,
    'Basic realm="api"',
    'let it send WWW-Authenticate with a Bearer challenge (RFC 6750 §3)',
    'let it send WWW-Authenticate with a Bearer challenge (RFC 6750 §3)',
  ],
  [
    401,
    'Bearer',
    'let the challenge have a param, such as realm="api" (RFC 6750 §3)',
    'let the challenge have a param, such as realm="api" (RFC 6750 §3)',
  ],
  [403, 'Bearer realm="api"', 'let it answer 401, and not 403', 'let it answer 401, and not 403'],
  [
    302,
    undefined,
    'an API does not redirect to a login page: let it answer 401',
    'an API does not redirect to a login page: let it answer 401',
  ],
  [
    500,
    undefined,
    'a token must not break the API: see its log',
    'a token must not break the API: see its log',
  ],
  [400, 'Bearer realm="api", error="invalid_request"', 'let it answer 401, and not 400', undefined],
  [
    401,
    'Bearer realm="api", error="insufficient_scope"',
    'leave the error code out where no credentials came (RFC 6750 §3.1)',
    'insufficient_scope goes with status 403, not 401 (RFC 6750 §3.1)',
  ],
  [404, undefined, undefined, undefined],
]

test.each(answers)(
  'an answer of %i with %j is held to RFC 6750',
  async (status, challenge, bare, garbage) => {
    const headers = {
      ...(challenge && { 'www-authenticate': challenge }),
      location: 'http://127.0.0.1:9/login',
    }
    const { url, requests } = await api((_req, res) => res.writeHead(status, headers).end())
    const { find } = await runDoctor(['--api', url])
    expect([find('no token')?.change, find('garbage')?.change]).toEqual([bare, garbage])
    expect(find('no token')?.says).toMatch(`${status}, ${challenge ?? 'no WWW-Authenticate'}`)
    expect(requests).toHaveLength(2)
  },
)

test.each([
  [403, 'note', 'taken, but it lacks what this route demands'],
  [404, 'note', 'check path and method of the URL'],
  [401, 'FAIL', '401'],
  [503, 'FAIL', '503'],
])('a good token that gets %i is a %s', async (status, verdict, says) => {
  const { url } = await api((_req, res) => res.writeHead(status).end())
  const { find } = await runDoctor(['--api', url], { token: await issuer.token() })
  expect(find('token')).toMatchObject({ verdict, says: expect.stringContaining(says) })
})

test('where the good token is refused too, its spoiled copies prove little', async () => {
  const { url } = await guarded({ audience: 'https://other.northwind.com' })
  const { findings, failed } = await runDoctor(['--api', url], { token: await issuer.token() })
  expect(failed.map(({ check }) => check)).toEqual(['token'])
  expect(findings.at(-1)).toEqual({
    verdict: 'note',
    check: 'caveat',
    says: 'the token is not taken as it is: that its spoiled copies are refused proves little',
  })
})

test('a path where nothing is does not pass', async () => {
  const { url } = await api((_req, res) => res.writeHead(404).end())
  const { failed } = await runDoctor(['--api', url], { token: await issuer.token() })
  expect(failed).toEqual([
    fail('path', 'no answer tells anything about tokens', 'check path and method of the URL'),
  ])
})

test('a bound token must be refused as a bearer token', async () => {
  const { url } = await api((_req, res) => res.end())
  const token = await issuer.token({ claims: { cnf: { jkt: 'thumbprint' } } })
  const { find } = await runDoctor(['--api', url], { token })
  expect(find('bound token')).toMatchObject({
    verdict: 'FAIL',
    change: expect.stringMatching(/^the API takes a bound token/),
  })
})

test('an opaque token has no signature to strip', async () => {
  const { url } = await api((_req, res) => res.end())
  const { findings } = await runDoctor(['--api', url], { token: 'opaque-token' })
  expect(findings.map(({ check }) => check)).toEqual([
    'no token',
    'garbage',
    'token',
    'altered',
    'sent twice',
    'in query',
  ])
})

test('an API that echoes tokens does not get them printed', async () => {
  const echo = (req: IncomingMessage, res: ServerResponse) =>
    res.writeHead(401, { 'www-authenticate': `Bearer realm="${req.headers.authorization}\u009b"` }).end()
  const { url } = await api(echo)
  const token = await issuer.token()
  const { stdout, find } = await runDoctor(['--api', url], { token })
  expect(find('token')?.says).toBe('401, Bearer realm="Bearer [token]\\u009b"')
  expect(stdout).not.toContain(token.slice(0, -1))
  expect(stdout).not.toContain(token.split('.')[2]?.slice(0, -1))
})

test('an API that is not there is told', async () => {
  const { failed } = await runDoctor(['--api', 'http://127.0.0.1:9/'])
  expect(failed).toEqual([
    fail('reachable', expect.stringMatching(/^no answer \(/), expect.stringMatching(/^check that it runs/)),
  ])
})

test('HEAD and OPTIONS may stand for GET', async () => {
  const { url, requests } = await guarded()
  await runDoctor(['--api', url, '--method', 'head'])
  expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
})

test('a set-up and an API are checked in one go', async () => {
  const { url } = await guarded()
  const flags = ['--issuer', issuer.url, '--audience', messages, '--api', url]
  const { failed, find } = await runDoctor(flags, { token: await issuer.token() })
  expect(failed).toEqual([])
  expect([find('discovery')?.verdict, find('verdict')?.verdict, find('altered')?.verdict]).toEqual([
    'ok',
    'ok',
    'ok',
  ])
})

test('nothing is sent to a host elsewhere unless somebody agrees', async () => {
  const asked: string[] = []
  const refuse = async (question: string) => asked.push(question) === 0
  const flags = ['--api', 'https://api.invalid/messages']
  await expect(runDoctor(flags, { token: await issuer.token(), confirm: refuse })).rejects.toMatchObject({
    exitCode: 1,
    message: 'nothing was sent',
  })
  expect(asked).toEqual(['Send 9 requests to api.invalid, with the token and spoiled copies of it?'])
  const agreed = await runDoctor([...flags, '--yes'])
  expect(agreed.failed[0]?.check).toBe('reachable')
})

const wrong: readonly (readonly [string[], string])[] = [
  [
    ['--api', 'http://api.northwind.com/'],
    '--api must be an https URL without fragment (http only for loopback hosts)',
  ],
  [
    ['--api', 'https://user:pass@api.northwind.com/'],
    '--api must be an https URL without fragment (http only for loopback hosts)',
  ],
  [['--api', 'http://127.0.0.1/', '--method', 'POST'], '--method must be one of GET, HEAD, OPTIONS'],
  [
    ['--api', 'http://127.0.0.1/', '--expired-token', 'abc'],
    '--expired-token must be a JWT whose exp has passed',
  ],
  [
    ['--api', 'http://127.0.0.1/', '--token', 'a\nb'],
    'the token cannot be sent: give it alone, without "Bearer" and line breaks',
  ],
  [['--expired-token', 'abc', '--issuer', 'a.example', '--audience', 'a'], '--expired-token needs --api'],
]

test.each(wrong)('%j is wrong usage', async (flags, message) => {
  await expect(runDoctor(flags)).rejects.toMatchObject({ exitCode: 2, message })
})

test('without a terminal to ask at, --yes is needed', async () => {
  const { code, stdout, stderr } = await cli(['doctor', '--api', 'https://api.invalid/'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe(
    'require-auth doctor: Send 2 requests to api.invalid? Nobody can answer here: give --yes (see require-auth doctor --help)\n',
  )
})

test.each([
  ['Bearer', [['bearer', {}]]],
  [
    'bearer Realm="a, \\"b\\"" , error = invalid_token',
    [['bearer', { realm: 'a, "b"', error: 'invalid_token' }]],
  ],
  [
    'Basic realm=x,DPoP algs="ES256"',
    [
      ['basic', { realm: 'x' }],
      ['dpop', { algs: 'ES256' }],
    ],
  ],
  ['Negotiate abcd==', expect.anything()],
  ['="', []],
])('the header %j holds its challenges', (header, expected) => {
  const found = challengesOf(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)])
  expect(found).toEqual(expected)
})
