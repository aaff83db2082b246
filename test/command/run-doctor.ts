import { expect } from 'vitest'
import { run } from '../../src/command/doctor.js'

export interface Finding {
  verdict: string
  check: string
  says: string
  change?: string
}

interface Surroundings {
  /** A token that is piped in; `--token -` is added. */
  token?: string | undefined
  /** Who answers questions. Default: nobody may be asked. */
  confirm?: (question: string) => Promise<boolean>
}

/** What the doctor finds, without titles. Runs it in this process: there are many. Rejects for wrong usage. */
export async function runDoctor(flags: readonly string[], { token, confirm }: Surroundings = {}) {
  let stdout = ''
  const code = await run([...flags, ...(token === undefined ? [] : ['--token', '-']), '--json'], {
    print: (text) => {
      stdout += text
    },
    complain: () => expect.unreachable(),
    paint: (_style, text) => text,
    read: async () => token ?? '',
    confirm: confirm ?? (async () => expect.unreachable()),
  })
  const { ok, sections } = JSON.parse(stdout)
  expect(code).toBe(ok ? 0 : 1)
  const findings: Finding[] = sections.flatMap((section: { findings: Finding[] }) => section.findings)
  return {
    code,
    stdout,
    findings,
    failed: findings.filter(({ verdict }) => verdict === 'FAIL'),
    find: (check: string) => findings.find((finding) => finding.check === check),
  }
}

export function fail(check: string, says: unknown, change: unknown) {
  return { verdict: 'FAIL', check, says, change }
}
