import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

/** Whether there is a redis-server to start. In CI its absence is a failure. */
export function hasRedis() {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if (process.env.CI === 'true') throw error
    return false
  }
}

/** Starts a Redis that keeps nothing on disk. */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'require-auth-bench-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  const ended = once(server, 'exit')
  const url = `redis://127.0.0.1:${port}`
  const stop = async () => {
    server.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true })
  }
  try {
    await Promise.race([
      answers(url),
      ended.then(([code]) => Promise.reject(new Error(`Redis ended: ${code}`))),
    ])
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

/** The client tries again until the server listens. */
async function answers(url) {
  const redis = createClient({ url, socket: { reconnectStrategy: 20 } }).on('error', () => {})
  await redis.connect()
  await redis.ping()
  redis.destroy()
}

/** A port that nothing listens on, for a server that cannot choose one itself. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
