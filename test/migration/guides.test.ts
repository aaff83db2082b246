import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestTokenOptions } from 'express-require-auth/testing'
import supertest from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'
import { pages } from '../docs/pages.js'
import { sharedIssuer } from '../shared-issuer.js'
import { beforeAndAfter, snippet } from './before-and-after.js'
import { havePeers, peerPackage } from './peers.js'
import { expired, foreign, GUIDES, northwind } from './rows.js'

const issuer = await sharedIssuer()

type App = Parameters<typeof supertest>[0]

const versionOf = (name: string) => {
  const file = join(import.meta.dirname, 'node_modules', name, 'package.json')
  return JSON.parse(readFileSync(file, 'utf8')).version.split('.').slice(0, 2).join('.')
}

const tokenOf = (usual: TestTokenOptions, unusual: TestTokenOptions) =>
  issuer.token({ ...usual, ...unusual, claims: { ...usual.claims, ...unusual.claims } })

async function statusOf(app: App, path: string, token: string | undefined) {
  const request = supertest(app).get(path)
  return (await (token === undefined ? request : request.auth(token, { type: 'bearer' }))).status
}

describe.skipIf(!havePeers())('before and after, by the guide from', () => {
  describe.each(Object.entries(GUIDES))('%s', (name, { before, after, token, rows }) => {
    let apps: App[]
    beforeAll(async () => {
      apps = await beforeAndAfter(name, { before, after })
    })

    test.each(rows)('%s at %s', async (_what, path, unusual, ...statuses) => {
      const sent = unusual && (await tokenOf(token, unusual))
      expect(await Promise.all(apps.map((app) => statusOf(app, path, sent)))).toEqual(statuses)
    })
  })

  describe("NestJS's passport recipe", () => {
    let servers: App[]
    beforeAll(async () => {
      servers = [await start('js', 1), await start('typescript', 0)]
    })
    const start = async (language: string, index: number) => {
      const { AppModule } = await snippet('passport-jwt', language, index, northwind)
      const app = await peerPackage('@nestjs/core').NestFactory.create(AppModule, { logger: false })
      return (await app.init()).getHttpServer()
    }

    test.each([
      ['a good token', {}, [200, 200]],
      ['an expired token', expired, [401, 401]],
      ['a token for another API', foreign, [401, 401]],
    ])('%s', async (_what, unusual, statuses) => {
      const sent = await tokenOf({ audience: 'https://messages.northwind.com' }, unusual)
      expect(await Promise.all(servers.map((each) => statusOf(each, '/me', sent)))).toEqual(statuses)
    })
  })

  test('the versions that each guide names are those it runs with', () => {
    const named = pages.flatMap(({ text }) => text.match(/^Compared with .*/gm) ?? [])
    const versions = named.flatMap((line) => [...line.matchAll(/(@?[a-z][\w/-]*\d*[\w-]*) (\d+\.\d+)/g)])
    expect(versions.length).toBeGreaterThan(8)
    for (const [, name = '', version] of versions)
      expect(`${name} ${versionOf(name)}`).toBe(`${name} ${version}`)
  })
})
