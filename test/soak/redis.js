import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../bench/state/redis.js'

/** A real server that writes every change to disk before it answers, so that it knows all proofs after a crash. */
export async function startRedis() {
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'soak-redis-'))
  const persistence = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', directory, ...persistence].map(String)
  let server

  async function start() {
    server = spawn('redis-server', args, { stdio: 'ignore' })
    while (!(await isReady(port))) {
      if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`)
      await sleep(20)
    }
  }

  async function kill() {
    server.kill('SIGKILL')
    await once(server, 'exit')
  }

  process.once('exit', () => server.kill()) // however this process ends
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    async close() {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A PONG, and not the word that it is still loading. */
function isReady(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const settle = (ready) => {
      socket.destroy()
      resolve(ready)
    }
    socket.on('data', (data) => settle(data.toString().startsWith('+PONG'))).on('error', () => settle(false))
  })
}
