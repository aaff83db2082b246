import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const running: ChildProcess[] = []

afterEach(() => {
  for (const { pid = 0 } of running.splice(0)) killGroup(pid)
})

/** Also ends what npm started, should a test fail. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // all have ended, as they should
  }
}

/** Runs `npm start` itself, and resolves with its process and the ports it printed. */
async function npmStart() {
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, ISSUER_PORT: '0', API_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // in a process group of its own
  })
  running.push(npm)
  let output = ''
  for await (const chunk of npm.stdout) {
    output += chunk
    if (output.includes('Ctrl-C')) break
  }
  const portOf = (line: RegExp) => Number(line.exec(output)?.[1])
  return { npm, issuer: portOf(/^Local issuer.*?:(\d+)/m), api: portOf(/^Messages API.*?:(\d+)/m) }
}

async function openConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Whether another server can have the port. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

test.each([
  ['SIGTERM to npm alone', (pid: number) => process.kill(pid, 'SIGTERM')],
  ['Ctrl-C, which goes to the whole process group,', (pid: number) => process.kill(-pid, 'SIGINT')],
])(
  '%s ends both servers and their open connections',
  async (_, end) => {
    const { npm, issuer, api } = await npmStart()
    const sockets = await Promise.all([issuer, api].map(openConnection))
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
    end(npm.pid as number)
    await closed
    await expect.poll(() => Promise.all([issuer, api].map(isFree)), { timeout: 10_000 }).toEqual([true, true])
  },
  30_000,
)
