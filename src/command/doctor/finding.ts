import { printable } from '../printable.js'
import type { Style, Terminal } from '../terminal.js'

/** What one check found. Its texts may quote anything: they are escaped where they are written. */
export interface Finding {
  /** `note`: not checked, or worth knowing. */
  verdict: 'ok' | 'FAIL' | 'note'
  check: string
  says: string
  /** What to do about it. */
  change?: string
}

export interface Section {
  title: string
  findings: readonly Finding[]
}

export function ok(check: string, says: string): Finding {
  return { verdict: 'ok', check, says }
}

export function fail(check: string, says: string, change: string): Finding {
  return { verdict: 'FAIL', check, says, change }
}

export function note(check: string, says: string): Finding {
  return { verdict: 'note', check, says }
}

export function countFailed(sections: readonly Section[]): number {
  return sections.flatMap(({ findings }) => findings).filter(({ verdict }) => verdict === 'FAIL').length
}

const STYLES: Readonly<Record<Finding['verdict'], Style>> = { ok: 'green', FAIL: 'red', note: 'yellow' }

export function asText(sections: readonly Section[], { paint }: Terminal): string {
  const line = ({ verdict, check, says, change }: Finding) => {
    const first = `${paint(STYLES[verdict], verdict.padEnd(4))}  ${check.padEnd(11)}  ${printable(says)}`
    return change === undefined ? first : `${first}\n      ${' '.repeat(11)}  change: ${printable(change)}`
  }
  return sections
    .map(({ title, findings }) => [paint('bold', printable(title)), ...findings.map(line)].join('\n'))
    .join('\n\n')
}
