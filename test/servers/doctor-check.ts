import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** The recipe's own options, but for those that JSON cannot hold. */
function settingsOf({ options }: RunningServer): string[] {
  const { issuer, audience, algorithms, httpHosts, profile } = options
  const file = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'options.json')
  writeFileSync(file, JSON.stringify({ issuer, audience, algorithms, httpHosts, profile }))
  return ['--config', file]
}
