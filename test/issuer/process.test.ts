import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startedIssuer } from '../testing/started-issuer.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a module that knows `requireAuth` and `auth` in a process of its own, and gives up after 30 seconds. */
async function runAlone(issuer: string, script: string): Promise<string> {
  const module = `
    import { requireAuth } from './dist/index.js'
    const auth = requireAuth({ issuer: ${JSON.stringify(issuer)}, audience: 'api', jwks: { timeoutSeconds: 0.5 } })
    ${script}`
  const args = ['--input-type=module', '--eval', module]
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: 30_000 })
  return stdout.trim()
}

test('no timer and no socket keeps a process alive that has its keys', async () => {
  const issuer = await startedIssuer()
  expect(await runAlone(issuer.url, "await auth.ready(); console.log('ready')")).toBe('ready')
})

test('no timer keeps a process alive that waits for an issuer to come back', async () => {
  const issuer = await startedIssuer()
  issuer.outage('hang')
  const script = 'await auth.ready().catch((error) => console.log(error.code))'
  expect(await runAlone(issuer.url, script)).toBe('keys_unavailable')
})
