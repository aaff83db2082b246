import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startTestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { refusalCodes } from '../src/refusal/table.js'

const root = resolve(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] as string)

const folder = join(import.meta.dirname, '.snippets')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
snippets.forEach((snippet, index) => {
  writeFileSync(join(folder, `${index}.ts`), snippet)
})
const load = (index: number) => import(/* @vite-ignore */ join(folder, `${index}.ts`))

const issuer = await startTestIssuer()
process.env.ISSUER = issuer.url
process.env.PORT = '0'
process.env.JWKS_FILE = join(folder, 'jwks.json')
writeFileSync(process.env.JWKS_FILE, await (await fetch(`${issuer.url}.well-known/jwks.json`)).text())

afterAll(() => issuer.close())

// a snippet that is a test file brings its own tests
for (const [index, snippet] of snippets.entries()) if (snippet.includes("from 'vitest'")) await load(index)

test('the quick start is the minimal example, in under 15 lines', () => {
  expect(snippets[0]).toBe(readFileSync(join(root, 'examples/minimal.ts'), 'utf8'))
  expect(snippets[0]?.split('\n').length).toBeLessThan(15)
})

test('the quick start accepts and refuses', async () => {
  const { app } = await load(0)
  await request(app).get('/me').expect(401)
  const token = await issuer.token({ scope: 'read:messages', claims: { sub: 'ada' } })
  await request(app).get('/me').auth(token, { type: 'bearer' }).expect(200, { you: 'ada' })
  await request(app).get('/messages').auth(token, { type: 'bearer' }).expect(200, ['Hello'])
})

const modules = snippets
  .map((snippet, index) => ({ index, snippet }))
  .filter(({ snippet }) => !snippet.includes("from 'vitest'"))

test.each(modules)('snippet $index runs', async ({ index }) => {
  expect(Object.keys(await load(index))).not.toEqual([])
})

test('every code of the error table has a row', () => {
  expect(refusalCodes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
})

test('every option has a row', () => {
  const text = readFileSync(join(root, 'src/options.ts'), 'utf8')
  const names = [...(/const NAMES.*= \[([^\]]*)\]/.exec(text)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
    (match) => match[1],
  )
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => !readme.includes(`| \`${name}`))).toEqual([])
})

test('the two set-up lines stand at the top', () => {
  const top = readme.split('\n').slice(0, 12).join('\n')
  expect(top).toMatch(/^npm ci && npm start/m)
  expect(top).toMatch(/^npm ci && npm test/m)
})
