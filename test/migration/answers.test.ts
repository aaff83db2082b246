import { requireAuth } from 'express-require-auth'
import { startTestIssuer } from 'express-require-auth/testing'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { pageNamed } from '../docs/pages.js'
import { sharedIssuer } from '../shared-issuer.js'
import { havePeers, peer } from './peers.js'
import { audience, type Call, get, statusOf, trustOf, withToken } from './side-by-side.js'

const issuer = await sharedIssuer()
const PEERS = [
  'express-oauth2-jwt-bearer',
  'express-jwt',
  'passport-jwt',
  'aws-jwt-verify',
  'okta-jwt-verifier',
]

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

/** What is sent, as the guide names it. */
const CALLS: Readonly<Record<string, Call>> = {
  'a good token': withToken({}),
  'no token': get,
  'another scheme, such as Basic': (app) => get(app).auth('ada', 'secret'),
  'a header with `Bearer` alone': (app) => get(app).set('Authorization', 'Bearer'),
  'a preflight (`OPTIONS`) that asks for `Authorization`': (app) =>
    supertest(app).options('/').set('Access-Control-Request-Headers', 'authorization'),
  'a good token in the query': async (app) =>
    get(app).query({ access_token: await issuer.token({ audience }) }),
  'a token for another audience': withToken({ audience: 'https://other.example' }),
  'an expired token': withToken({ expiresInSeconds: -60 }),
  'a token without `exp`': withToken({ claims: { exp: undefined } }),
  'a token with `iat` ten minutes ahead': withToken({ claims: { iat: inSeconds(600) } }),
  'an ID token for this audience (`nonce`)': withToken({ claims: { nonce: 'n-0S6' } }),
  'a logout token (`typ: logout+jwt`)': withToken({ header: { typ: 'logout+jwt' } }),
  'a DPoP-bound token, sent as Bearer': withToken({ claims: { cnf: { jkt: 'a'.repeat(43) } } }),
  'a certificate-bound token': withToken({ claims: { cnf: { 'x5t#S256': 'a'.repeat(43) } } }),
}

const DOWN = 'any token, while the keys cannot be had at a cold start'

/** The answers of this package and of each peer, which the guide must tell. */
async function answers(call: Call, url: string): Promise<string[]> {
  const theirs = await Promise.all(PEERS.map((name) => peer(name, trustOf(url))))
  const handlers = [requireAuth({ issuer: url, audience }), ...theirs]
  return Promise.all(handlers.map(async (handler) => String(await statusOf(call, handler))))
}

const table = pageNamed('docs/migration/README.md')
const rowOf = (what: string) =>
  table
    .split('\n')
    .find((line) => line.startsWith(`| ${what} |`))
    ?.split('|')
    .slice(2, -1)
    .map((cell) => cell.trim().replaceAll('*', ''))

describe.skipIf(!havePeers())('the guide tells the answers to', () => {
  test.each(Object.entries(CALLS))('%s', async (what, call) => {
    expect(rowOf(what)).toEqual(await answers(call, issuer.url))
  })

  test(DOWN, async () => {
    const down = await startTestIssuer()
    await down.close()
    expect(rowOf(DOWN)).toEqual(await answers(withToken({ issuer: down.url }), down.url))
  })
})
