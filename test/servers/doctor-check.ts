import assert from 'node:assert/strict'
import type { RunningServer } from './server.js'
import { root, run } from './tools.js'

/** `require-auth doctor` finds nothing wrong with the server, nor with its token. */
export async function checkDoctor(server: RunningServer): Promise<void> {
  const token = await server.token()
  const args = ['src/cli.ts', 'doctor', '--json', '--token', token, ...settingsOf(server)]
  const output = await run(process.execPath, ['--import', 'tsx', ...args], { cwd: root })
  assert.equal(JSON.parse(output).ok, true, output)
}

function settingsOf({ issuer, options }: RunningServer): string[] {
  const { audience } = options
  assert.equal(typeof audience, 'string', 'doctor takes one audience')
  return ['--issuer', issuer, '--audience', audience as string]
}
