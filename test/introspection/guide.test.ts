import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { northwind, startTestIssuer } from 'express-require-auth/testing'
import type { JWK } from 'jose'
import supertest from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { craftKey } from '../craft.js'
import { answerOf } from '../refused.js'

const root = resolve(import.meta.dirname, '../..')
const guide = readFileSync(join(root, 'docs/opaque-tokens.md'), 'utf8')
const snippets = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] as string)
const folder = join(import.meta.dirname, '.snippets')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [index, snippet] of snippets.entries()) writeFileSync(join(folder, `${index}.ts`), snippet)
const load = (index: number) => import(/* @vite-ignore */ join(folder, `${index}.ts`))

const issuer = await startTestIssuer({ tenant: northwind })
const { privateKey } = craftKey('ec')
process.env.ISSUER = issuer.url
process.env.API_SECRET = 'messages-api-secret'
process.env.API_KEY = JSON.stringify({ ...(privateKey.export({ format: 'jwk' }) as JWK), alg: 'ES256' })

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await issuer.close()
})

test('the snippets of the guide have right types', () => {
  const config = { extends: '../../../tsconfig.json', include: ['./*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  expect(execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).toBe('')
})

test.each(snippets.map((_, index) => index))('snippet %i of the guide runs', async (index) => {
  expect(Object.keys(await load(index))).not.toEqual([])
})

test('the first snippet admits and refuses', async () => {
  const { app } = await load(0)
  const audience = 'https://messages.northwind.com'
  const token = await issuer.token({ audience, scope: 'read:messages', claims: { sub: 'ada' } })
  const get = (sent: string) => supertest(app).get('/messages').auth(sent, { type: 'bearer' })
  expect(answerOf(await get(token)).body).toBe('ada')
  expect((await get('invented')).body.code).toBe('token_inactive')
})
