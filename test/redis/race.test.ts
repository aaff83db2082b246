import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'
import { buildMachine } from './build-machine.js'
import { isWithoutRedis, type RedisServer, startRedis } from './redis-server.js'

const MACHINES = 8
const api = 'https://api.northwind.com/messages'

describe.skipIf(isWithoutRedis)('eight processes that share one Redis', () => {
  let issuer: TestIssuer
  let redis: RedisServer
  let machines: ChildProcess[] = []
  let ports: number[]

  beforeAll(async () => {
    ;[issuer, redis] = await Promise.all([startTestIssuer({ signingKey: readyKey() }), startRedis()])
    const { file, remove } = await buildMachine()
    machines = Array.from({ length: MACHINES }, () => fork(file, [issuer.url, redis.url]))
    ports = await Promise.all(machines.map(async (machine) => (await once(machine, 'message'))[0] as number))
    await remove()
    await race() // every machine fetches the keys of the issuer
  }, 120_000)

  afterAll(async () => {
    for (const machine of machines) machine.kill()
    await redis?.close()
    await issuer?.close()
  })

  /** One bound request, sent to every machine at once. */
  async function race(): Promise<string[]> {
    const key = await issuer.dpop()
    const token = await key.token()
    const headers = headersOf(token, await key.proof('GET', api, token))
    const answers = await Promise.all(ports.map((port) => ask(port, headers)))
    return answers.toSorted()
  }

  // twenty times, as often as it takes to trust that no two pass
  test.each(Array.from({ length: 20 }, (_, round) => round + 1))(
    'admit one proof once: race %d (RFC 9449 §11.1)',
    async () => {
      expect(await race()).toEqual(['200', ...Array(MACHINES - 1).fill('401 proof_replayed')])
    },
    30_000,
  )

  test('admit one proof at most once while Redis restarts in the middle, and remember it', async () => {
    const key = await issuer.dpop()
    const token = await key.token()
    const proofs = await Promise.all(Array.from({ length: 60 }, () => key.proof('GET', api, token)))
    const restarted = redis.kill().then(redis.start)
    const answers = await Promise.all(proofs.map((proof) => askAll(ports, headersOf(token, proof))))
    await restarted
    const passes = answers.map((each) => each.filter((answer) => answer === '200').length)
    expect(Math.max(...passes)).toBeLessThanOrEqual(1)
    expect(new Set(answers.flat())).not.toContain('500')
    await expect.poll(async () => (await race())[0], { timeout: 10_000 }).toBe('200')
    const again = await Promise.all(proofs.map((proof) => askAll(ports, headersOf(token, proof))))
    const total = again.map((each, i) => (passes[i] ?? 0) + each.filter((answer) => answer === '200').length)
    expect(Math.max(...total)).toBe(1)
    // an answer may die with the server that has written the proof to disk: then nobody is admitted with it
    for (const each of again.filter((_, i) => total[i] === 0))
      expect(new Set(each)).toEqual(new Set(['401 proof_replayed']))
  })

  test('answer 503 while Redis is killed, and admit again when it is back', async () => {
    await redis.kill()
    const startedAt = performance.now()
    expect(await race()).toEqual(Array(MACHINES).fill('503 replay_store_unavailable'))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    await redis.start()
    await expect.poll(async () => (await race())[0], { timeout: 10_000 }).toBe('200')
  })

  test('answer 503 while Redis hangs', async () => {
    redis.freeze()
    expect(await race()).toEqual(Array(MACHINES).fill('503 replay_store_unavailable'))
    redis.thaw()
    await expect.poll(async () => (await race())[0], { timeout: 10_000 }).toBe('200')
  })
})

function headersOf(token: string, proof: string): Record<string, string> {
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.northwind.com' }
  return { Authorization: `DPoP ${token}`, DPoP: proof, ...forwarded }
}

async function ask(port: number, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/messages`, { headers })
  return `${response.status} ${await response.text()}`.trim()
}

function askAll(ports: readonly number[], headers: Record<string, string>): Promise<string[]> {
  return Promise.all(ports.map((port) => ask(port, headers)))
}
