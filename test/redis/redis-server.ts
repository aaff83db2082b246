import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { onTestFinished } from 'vitest'
import { freePort } from '../free-port.js'

export interface RedisServer {
  url: string
  port: number
  /** Starts it again on its own data. */
  start(): Promise<void>
  /** At once, as a crash would. */
  kill(): Promise<void>
  /** Open connections get no answers any more. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

/** The tests of Redis are those of Valkey too. */
const program = process.env.REDIS_SERVER ?? 'redis-server'

/** Whether tests that need Redis are left out: never in CI. */
export const isWithoutRedis = !process.env.CI && !hasRedis()

if (isWithoutRedis) console.warn('Tests with Redis are skipped: there is no redis-server command')

function hasRedis(): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Starts a Redis that writes every change to disk before it answers. */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'replay-store-'))
  const persistence = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, ...persistence, ...options]
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    server = spawn(program, args, { stdio: 'ignore' })
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}`)
      await sleep(20)
    }
  }

  async function kill(): Promise<void> {
    if (server?.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async close() {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A PONG, and not the word that it is still loading. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const settle = (ready: boolean) => {
      socket.destroy()
      resolve(ready)
    }
    socket.on('data', (data) => settle(data.toString().startsWith('+PONG'))).on('error', () => settle(false))
  })
}

/** A client for the running test, which may lose its server without ending the process. */
export async function connectedClient(url: string) {
  const redis = createClient({ url })
  redis.on('error', () => {})
  onTestFinished(() => redis.destroy())
  return redis.connect()
}
