import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { GUARD_FIELDS } from '../src/guard/options.js'
import { JWKS_FIELDS } from '../src/issuer/jwks-options.js'
import type { Field } from '../src/options/schema.js'
import { DPOP_FIELDS } from '../src/proof/dpop-options.js'
import { MTLS_FIELDS } from '../src/proof/mtls.js'
import { authError } from '../src/refusal/errors.js'
import { refusalCodes } from '../src/refusal/table.js'
import { anchorsOf, linksOf, pageNamed, pages, root, rowsOf, snippetsOf } from './docs/pages.js'

const readme = pageNamed('README.md')
const [quickStart] = snippetsOf({ name: 'README.md', text: readme }, 'ts')
const snippets = pages.flatMap((page) => snippetsOf(page, 'ts'))
const folder = join(import.meta.dirname, '.snippets')
const fileOf = (name: string) => `${name.replaceAll(/[/.:]/g, '-')}.ts`
const load = (name: string) => import(/* @vite-ignore */ join(folder, fileOf(name)))

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const { name, text } of snippets) writeFileSync(join(folder, fileOf(name)), text)

const issuer = await startTestIssuer()
Object.assign(process.env, { ISSUER: issuer.url, PORT: '0', JWKS_FILE: join(folder, 'jwks.json') })
writeFileSync(join(folder, 'jwks.json'), await (await fetch(`${issuer.url}.well-known/jwks.json`)).text())

afterAll(() => issuer.close())

// a snippet that is a test file brings its own tests
const isTestFile = ({ text }: { text: string }) => text.includes("from 'vitest'")
for (const { name } of snippets.filter(isTestFile)) await load(name)

test('the quick start accepts and refuses', async () => {
  expect(quickStart?.text.split('\n').length).toBeLessThan(16)
  const { app } = await load(quickStart?.name ?? '')
  await request(app)
    .get('/me')
    .expect(401)
    .expect('Content-Type', /^application\/problem\+json/)
  const token = await issuer.token({ scope: 'read:messages', claims: { sub: 'ada' } })
  await request(app).get('/me').auth(token, { type: 'bearer' }).expect(200, { you: 'ada' })
  await request(app).get('/messages').auth(token, { type: 'bearer' }).expect(200, ['Hello'])
})

test.each(snippets.filter((each) => !isTestFile(each)).map(({ name }) => name))('%s runs', async (name) => {
  await load(name)
})

test('every snippet has right types', () => {
  const config = { extends: '../../tsconfig.json', include: ['./*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  expect(errorsOfTypes()).toBe('')
})

function errorsOfTypes(): string {
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test('every code of the error table has a row in the guide, with its status and its OAuth word', () => {
  const rows = rowsOf(pageNamed('docs/errors.md')).map(([code, status, error]) => ({ code, status, error }))
  const expected = refusalCodes.map((code) => {
    const { status, error } = authError(code)
    return {
      code: `\`${code}\``,
      status: String(status),
      error: error === undefined ? 'none' : `\`${error}\``,
    }
  })
  const byCode = (a: { code?: string | undefined }, b: { code?: string | undefined }) =>
    String(a.code).localeCompare(String(b.code))
  expect(rows.toSorted(byCode)).toEqual(expected.toSorted(byCode))
})

const options = [
  ...Object.entries<Field<unknown>>(GUARD_FIELDS).filter(([name]) => name !== 'jwks'),
  ...Object.entries<Field<unknown>>(JWKS_FIELDS).map(([name, field]) => [`jwks.${name}`, field] as const),
]

/** What stands for an option that is off, in its own words. */
const OFF: Readonly<Record<string, string>> = { publicUrl: 'from the request', fetch: "Node's" }

function defaultOf(name: string, { absent }: Field<unknown>): string {
  if (absent === undefined) return 'required'
  const value = absent()
  if (value === undefined) return OFF[name] ?? 'off'
  if (Array.isArray(value) && value.length === 0) return 'none'
  return `\`${JSON.stringify(value)
    .replaceAll('"', "'")
    .replace(/\{'(\w+)':(\w+)\}/, '{ $1: $2 }')}\``
}

test('every option has a row with its default, and no row is about nothing', () => {
  const table = readme.slice(readme.indexOf('## Options'), readme.indexOf('## Try it'))
  const rows = rowsOf(table).map(([name, fallback]) => [name, fallback])
  expect(rows).toEqual(
    expect.arrayContaining(options.map(([name, field]) => [`\`${name}\``, defaultOf(name, field)])),
  )
  expect(rows).toHaveLength(options.length)
})

test('every event has a row in the guide to operations', () => {
  const source = readFileSync(join(root, 'src/refusal/events.ts'), 'utf8')
  const types = [...source.matchAll(/\| \{ type: '(\w+)'/g)].map(([, type]) => `\`${type}\``)
  const [, section = ''] = pageNamed('docs/operations.md').split(/^## Events$/m)
  expect(types.length).toBeGreaterThan(5)
  expect(rowsOf(section.split(/^## /m)[0] ?? '').map(([type]) => type)).toEqual(types)
})

test('a client sees the body and the challenge that the guide to errors shows', async () => {
  const guide = pageNamed('docs/errors.md')
  const { app } = await load(quickStart?.name ?? '')
  const expired = await issuer.token({ expiresInSeconds: -60 })
  const { text, headers } = await request(app).get('/me').auth(expired, { type: 'bearer' })
  const [shown] = snippetsOf({ name: '', text: guide }, 'json')
  expect(JSON.parse(text)).toEqual(JSON.parse(shown?.text ?? ''))
  expect(guide).toContain(`\`${headers['www-authenticate']}\``)
})

test('the first challenge names the metadata as the guide to them shows', async () => {
  const page = { name: 'docs/resource-metadata.md', text: pageNamed('docs/resource-metadata.md') }
  const { app } = await load(snippetsOf(page, 'ts')[0]?.name ?? '')
  const { headers } = await request(app).get('/v1/messages').expect(401)
  expect(page.text).toContain(`\nWWW-Authenticate: ${headers['www-authenticate']}\n`)
  const { pathname } = new URL(/resource_metadata="(.*)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? '')
  const { body } = await request(app).get(pathname).expect(200)
  expect(body).toMatchObject({
    authorization_servers: ['https://northwind.auth0.com/'],
    scopes_supported: ['read:messages'],
  })
})

test('the guide to bound tokens names every option of theirs', () => {
  const guide = pageNamed('docs/sender-constrained-tokens.md')
  const names = [...Object.keys(DPOP_FIELDS), ...Object.keys(MTLS_FIELDS)]
  expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
})

test('the two set-up lines stand at the top', () => {
  const top = readme.split('\n').slice(0, 12).join('\n')
  expect(top).toMatch(/^npm ci && npm start/m)
  expect(top).toMatch(/^npm ci && npm test/m)
})

test('every script that a shell line runs exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const lines = pages.flatMap((page) => snippetsOf(page, 'sh')).flatMap(({ text }) => text.split('\n'))
  const run = lines.flatMap((line) =>
    [...line.matchAll(/\bnpm run ([\w:]+)/g)].map(([, script = '']) => script),
  )
  expect(run.filter((script) => !Object.hasOwn(scripts, script))).toEqual([])
})

test.each(pages.filter(({ name }) => name !== 'CHANGELOG.md'))('$name has at most 200 lines', ({ text }) => {
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(200)
})

test.each(pages)('the links of $name lead somewhere', (page) => {
  const dead = linksOf(page).filter(({ file, anchor }) => {
    if (!existsSync(join(root, file))) return true
    return anchor !== undefined && !anchorsOf(readFileSync(join(root, file), 'utf8')).includes(anchor)
  })
  expect(dead).toEqual([])
})

test('every guide is in the index', () => {
  const index = linksOf({ name: 'docs/README.md', text: pageNamed('docs/README.md') }).map(({ file }) => file)
  const guides = pages.map(({ name }) => name).filter((name) => /^docs\/[^/]+\.md$/.test(name))
  expect(guides.filter((name) => name !== 'docs/README.md' && !index.includes(name))).toEqual([])
})
