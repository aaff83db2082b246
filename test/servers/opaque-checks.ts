import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, serveApi } from './api.js'
import type { Check } from './checks.js'
import { expectAdmitted, expectCode } from './expect.js'
import type { CheckName, RunningServer } from './server.js'

async function withApi({ options, permission }: RunningServer, use: (api: Api) => Promise<void>) {
  const api = await serveApi({ options, permission })
  await use(api).finally(api.close)
}

/** One letter changed: the server knows no such token. */
async function checkTampered(server: RunningServer): Promise<void> {
  const token = await server.token()
  const [first, rest] = [token[0] === 'A' ? 'B' : 'A', token.slice(1)]
  await withApi(server, async (api) => expectCode(await api.get(first + rest), 401, 'token_inactive'))
}

/** Refused after its end, though the answer about it could be used for longer. */
async function checkExpiry(server: RunningServer): Promise<void> {
  assert.ok(server.shortLivedToken)
  const token = await server.shortLivedToken()
  await withApi(server, async (api) => {
    expectAdmitted(await api.get(token))
    await sleep(4000)
    expectCode(await api.get(token), 401, 'token_inactive')
  })
}

/** An answer is used again without the server; of another token, or to a cold API, nothing can be said. */
async function checkStopped(server: RunningServer): Promise<void> {
  const [seen, unseen] = [await server.token(), await server.token()]
  await withApi(server, async (warm) => {
    expectAdmitted(await warm.get(seen))
    await server.stop()
    expectAdmitted(await warm.get(seen))
    expectCode(await warm.get(unseen), 503, 'introspection_unavailable')
    await withApi(server, async (cold) => checkCold(server, cold, unseen))
  })
}

/** 503 and when to come back; then it recovers by itself. */
async function checkCold(server: RunningServer, cold: Api, token: string): Promise<void> {
  const response = await cold.get(token)
  expectCode(response, 503, 'introspection_unavailable')
  assert.match(response.headers['retry-after'] ?? '', /^\d+$/)
  await server.restart()
  await sleep(Number(response.headers['retry-after']) * 1000)
  expectAdmitted(await cold.get(token))
}

/** In the place of the checks of the same names. */
export const opaqueChecks: Partial<Record<CheckName, Check>> = {
  tampered: { needs: ['token'], run: checkTampered },
  expired: { needs: ['shortLivedToken'], run: checkExpiry },
  'server stopped': { needs: ['token'], run: checkStopped },
}
