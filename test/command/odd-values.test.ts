import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { CommandError } from '../../src/command/command-error.js'
import { readSetup } from '../../src/command/doctor/options.js'
import { run as inspect } from '../../src/command/inspect.js'
import { GUARD_FIELDS } from '../../src/guard/options.js'
import { messages } from '../api.js'
import { craft, craftKey, encode } from '../craft.js'
import { oddIssuer } from './odd-issuer.js'
import { runDoctor } from './run-doctor.js'

const rsa = craftKey()

/** Values that end a careless `String(value)` or template, beside any JSON. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>({ toString: 1 }, { valueOf: 1, toString: null }, [{ toString: 1 }], {
    toJSON: 'x',
  }),
  fc.constantFrom<unknown>(
    null,
    '',
    'none',
    1e300,
    -1,
    [],
    {},
    [[]],
    ['x', 7],
    { __proto__: null },
    '\u0000\u202e',
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

const HEADER = ['alg', 'typ', 'kid', 'crit', 'jwk', '__proto__', 'constructor', 'toString']
const CLAIMS = [
  ...[
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'scope',
    'scp',
    'permissions',
    'azp',
    'client_id',
    'gty',
  ],
  ...['cnf', 'nonce', 'typ', 'token_use', 'token_type', 'tid', 'acr', '__proto__', 'constructor', 'toString'],
]

const membersOf = (names: readonly string[]) =>
  fc.array(fc.tuple(fc.constantFrom(...names), oddValue), { maxLength: 8 }).map((members) => {
    const unique = new Map(members)
    const written = [...unique].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    return `{${written.join(',')}}`
  })

const oddToken = fc
  .tuple(membersOf(HEADER), membersOf(CLAIMS))
  .map(([header, claims]) => `${encode(header)}.${encode(claims)}.AAAA`)

async function inspected(token: string, ...flags: string[]): Promise<string> {
  let stdout = ''
  try {
    await inspect([token, ...flags], {
      print: (text) => {
        stdout += text
      },
      complain: () => expect.unreachable(),
      paint: (_style, text) => text,
      read: () => expect.unreachable(),
      confirm: () => expect.unreachable(),
    })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
  }
  return stdout
}

test('inspect explains odd values of header and claims, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(oddToken, async (token) => {
      await inspected(token)
      await inspected(token, '--json')
    }),
    { numRuns: 500 },
  )
})

test('doctor checks odd values of header and claims, whatever they are', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk] })
  const flags = ['--issuer', url, '--audience', messages, '--jwks-uri', `${url}keys`, '--algorithm', 'ES256']
  await fc.assert(
    fc.asyncProperty(oddToken, async (token) => {
      const { findings } = await runDoctor([...flags, '--algorithm', 'RS256'], { token })
      expect(findings.at(-1)?.check).toBe('verdict')
    }),
    { numRuns: 150 },
  )
})

test('doctor checks odd claims of a token that is signed', async () => {
  const { url } = await oddIssuer({ keys: [rsa.jwk] })
  const flags = ['--issuer', url, '--audience', messages, '--dpop', '--mtls', '--profile', 'rfc9068']
  await fc.assert(
    fc.asyncProperty(membersOf(CLAIMS.filter((name) => name !== 'iss')), async (members) => {
      const claims = members.replace('{', `{"iss":${JSON.stringify(url)}${members === '{}' ? '' : ','}`)
      const { find } = await runDoctor(flags, { token: craft({ key: rsa.privateKey, claims }) })
      expect(find('signature')?.verdict).toBe('ok')
    }),
    { numRuns: 100 },
  )
})

test('doctor reads odd metadata and odd keys, whatever they are', async () => {
  const members = fc.dictionary(fc.constantFrom('issuer', 'jwks_uri', 'introspection_endpoint'), oddValue)
  const oddKey = fc.dictionary(
    fc.constantFrom('kty', 'kid', 'alg', 'use', 'n', 'e', 'crv', 'x', 'key_ops'),
    oddValue,
  )
  let metadata: object = {}
  const keysOf: unknown[] = []
  const { url } = await oddIssuer({ metadata: () => metadata, keys: keysOf })
  await fc.assert(
    fc.asyncProperty(members, fc.array(fc.oneof(oddKey, oddValue), { maxLength: 3 }), async (named, jwks) => {
      metadata = named
      keysOf.splice(0, keysOf.length, ...jwks)
      const { findings } = await runDoctor(['--issuer', url, '--audience', messages])
      expect(findings.length).toBeGreaterThan(1)
    }),
    { numRuns: 150 },
  )
})

test('an odd file of options is wrong usage or fine, never a stack trace', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'auth.json')
  const members = fc.dictionary(fc.constantFrom(...Object.keys(GUARD_FIELDS)), oddValue)
  await fc.assert(
    fc.asyncProperty(fc.oneof(members, oddValue), async (options) => {
      const base = { issuer: 'https://login.northwind.com/', audience: messages }
      const isObject = typeof options === 'object' && !Array.isArray(options)
      writeFileSync(config, JSON.stringify(isObject ? { ...base, ...options } : options))
      await readSetup({ config }, 'secret').catch((error) => expect(error).toMatchObject({ exitCode: 2 }))
    }),
    { numRuns: 300 },
  )
})
