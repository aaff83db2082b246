import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RequireAuthOptions } from 'express-require-auth'
import { badSignature, expired, keysUnavailable, otherAudience, unknownKey } from '../refused.js'
import { type Api, type Served, serveApi } from './api.js'
import { checkCertificate, checkDpop } from './binding-checks.js'
import { checkDoctor } from './doctor-check.js'
import { expectAdmitted, expectAnswer, expectCode, expectForbidden } from './expect.js'
import type { CheckName, RunningServer } from './server.js'

export interface Check {
  /** What the server must offer, or have its reason in `cannot`. */
  readonly needs: readonly (keyof RunningServer)[]
  run(server: RunningServer): Promise<void>
}

async function withApi(served: Served, use: (api: Api) => Promise<void>): Promise<void> {
  const api = await serveApi(served)
  await use(api).finally(api.close)
}

const behind = ({ options, permission }: RunningServer, more: Partial<RequireAuthOptions> = {}): Served => ({
  options: { ...options, ...more },
  permission,
})

async function checkGoodToken(server: RunningServer): Promise<void> {
  await withApi(behind(server), async (api) => {
    const token = await server.token()
    expectAdmitted(await api.get(token))
    expectAdmitted(await api.get(token))
  })
}

/** Another signature, and other claims under a signature that was right for the old ones. */
async function checkTampered(server: RunningServer): Promise<void> {
  const [header, claims, signature] = (await server.token()).split('.') as [string, string, string]
  const admin = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'admin' }
  const forged = Buffer.from(JSON.stringify(admin)).toString('base64url')
  const [first, rest] = [signature[0] === 'A' ? 'B' : 'A', signature.slice(1)]
  await withApi(behind(server), async (api) => {
    expectAnswer(await api.get(`${header}.${claims}.${first}${rest}`), badSignature)
    expectAnswer(await api.get(`${header}.${forged}.${signature}`), badSignature)
  })
}

async function checkAudience(server: RunningServer): Promise<void> {
  await withApi(behind(server), async (api) => {
    expectAnswer(await api.get(await need(server, 'tokenForAnotherAudience')()), otherAudience)
  })
}

async function checkPermission(server: RunningServer): Promise<void> {
  const token = await need(server, 'tokenWithoutPermission')()
  await withApi({ options: server.options }, async (api) => expectAdmitted(await api.get(token)))
  await withApi(behind(server), async (api) => expectForbidden(await api.get(token)))
}

/** Good while it lives, refused after: the first time it is seen, and remembered. */
async function checkExpiry(server: RunningServer): Promise<void> {
  const token = await need(server, 'shortLivedToken')()
  await withApi(behind(server, { clockToleranceSeconds: 0 }), async (api) => {
    expectAdmitted(await api.get(token))
    assert.ok(secondsUntilEnd(token) < 60, 'it is not short-lived')
    await sleep(Math.max(0, secondsUntilEnd(token) * 1000) + 1100)
    expectAnswer(await api.get(token), expired)
  })
  await withApi(behind(server, { clockToleranceSeconds: 0 }), async (api) => {
    expectAnswer(await api.get(token), expired)
  })
}

function secondsUntilEnd(token: string): number {
  const [, claims] = token.split('.')
  const { exp } = JSON.parse(Buffer.from(claims as string, 'base64url').toString())
  return exp - Date.now() / 1000
}

async function checkIntrospection(server: RunningServer): Promise<void> {
  const { options, token } = need(server, 'introspection')
  await withApi({ options }, async (api) => {
    const known = await token()
    expectAdmitted(await api.get(known))
    expectCode(await api.get('invented'), 401, 'token_inactive')
  })
}

async function checkRevocation(server: RunningServer): Promise<void> {
  const { options, token, revoke } = need(server, 'introspection')
  assert.ok(revoke, 'nothing revokes')
  const introspection = { ...options.introspection, maxAgeSeconds: 0 } as typeof options.introspection
  await withApi({ options: { ...options, ...(introspection && { introspection }) } }, async (api) => {
    const revoked = await token()
    expectAdmitted(await api.get(revoked))
    await revoke(revoked)
    expectCode(await api.get(revoked), 401, 'token_inactive')
  })
}

/** The first request with the new key is admitted, and the old key goes on. */
async function checkNewKey(server: RunningServer): Promise<void> {
  await withApi(behind(server), async (api) => {
    const old = await server.token()
    expectAdmitted(await api.get(old))
    await need(server, 'rotateKey')()
    const next = await server.token()
    assert.notEqual(headerOf(next), headerOf(old), 'the new token has the old key')
    expectAdmitted(await api.get(next))
    if (!server.replacesKey && secondsUntilEnd(old) > 1) expectAdmitted(await api.get(old))
  })
}

const headerOf = (token: string) => token.split('.', 1)[0]

/** A token of a withdrawn key ends within the age of the keys, though it was admitted before. */
async function checkWithdrawnKey(server: RunningServer): Promise<void> {
  const jwks = { maxAgeSeconds: 2, cooldownSeconds: 1 }
  await withApi(behind(server, { jwks }), async (api) => {
    const old = await server.token()
    expectAdmitted(await api.get(old))
    await need(server, 'rotateKey')()
    await need(server, 'withdrawOldKey')()
    await sleep(2500)
    await api.get(old) // may be what starts the refresh
    await sleep(500)
    expectAnswer(await api.get(old), unknownKey)
    expectAdmitted(await api.get(await server.token()))
  })
}

/** Known keys go on without the server, be a token seen before or not. An API that starts now cannot judge. */
async function checkStopped(server: RunningServer): Promise<void> {
  const [seen, unseen] = [await server.token(), await server.token()]
  await withApi(behind(server), async (warm) => {
    expectAdmitted(await warm.get(seen))
    await server.stop()
    expectAdmitted(await warm.get(seen))
    expectAdmitted(await warm.get(unseen))
    await withApi(behind(server), async (cold) => checkCold(server, cold, unseen))
    expectAdmitted(await warm.get(await server.token()))
  })
}

/** 503 and when to come back; then it recovers by itself. */
async function checkCold(server: RunningServer, cold: Api, token: string): Promise<void> {
  const response = await cold.get(token)
  expectAnswer(response, keysUnavailable)
  assert.match(response.headers['retry-after'] ?? '', /^\d+$/)
  await server.restart()
  await sleep(Number(response.headers['retry-after']) * 1000)
  expectAdmitted(await cold.get(await server.token()))
}

function need<K extends keyof RunningServer>(server: RunningServer, name: K): NonNullable<RunningServer[K]> {
  const found = server[name]
  assert.ok(found, `the server offers no ${name}`)
  return found
}

/** In the order in which they run. */
export const checks: Record<CheckName, Check> = {
  'good token': { needs: ['token'], run: checkGoodToken },
  tampered: { needs: ['token'], run: checkTampered },
  'wrong audience': { needs: ['tokenForAnotherAudience'], run: checkAudience },
  'missing permission': { needs: ['tokenWithoutPermission', 'permission'], run: checkPermission },
  expired: { needs: ['shortLivedToken'], run: checkExpiry },
  doctor: { needs: ['token'], run: checkDoctor },
  introspection: { needs: ['introspection'], run: checkIntrospection },
  revocation: { needs: ['introspection'], run: checkRevocation },
  DPoP: { needs: ['dpop'], run: checkDpop },
  'certificate binding': { needs: ['mtls'], run: checkCertificate },
  'new key': { needs: ['rotateKey'], run: checkNewKey },
  'withdrawn key': { needs: ['rotateKey', 'withdrawOldKey'], run: checkWithdrawnKey },
  'server stopped': { needs: ['token'], run: checkStopped },
}
