import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { RunningServer } from './server.js'
import { root } from './tools.js'

const runNode = (args: string[], options: { cwd: string }) =>
  promisify(execFile)(process.execPath, args, options)

interface Report {
  ok: boolean
  sections: { findings: { verdict: string; check: string; says: string }[] }[]
}

/** `require-auth doctor` finds nothing wrong with the server, nor with its token where that is a JWT. */
export async function checkDoctor(server: RunningServer): Promise<void> {
  const token = server.opaque ? [] : ['--token', await server.token()]
  const args = ['src/cli.ts', 'doctor', '--json', ...token, ...settingsOf(server)]
  // a failed check is exit code 1, with the report all the same
  const { stdout } = await runNode(['--import', 'tsx', ...args], { cwd: root }).catch((error) => error)
  const report: Report = JSON.parse(stdout)
  const findings = report.sections.flatMap((section) => section.findings)
  const failed = findings.filter(({ verdict }) => verdict === 'FAIL')
  assert.deepEqual(failed, [])
  assert.equal(report.ok, true)
}

function settingsOf({ issuer, options }: RunningServer): string[] {
  const { audience } = options
  assert.equal(typeof audience, 'string', 'doctor takes one audience')
  return ['--issuer', issuer, '--audience', audience as string]
}
