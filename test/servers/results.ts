import { type AuthorizationServer, CHECKS, type CheckName } from './server.js'

export interface Outcome {
  status: 'ok' | 'failed' | '-' | 'skipped'
  reason?: string
}

export interface ServerResult {
  server: AuthorizationServer
  outcomes: ReadonlyMap<CheckName, Outcome>
}

/** The table of `results.md`, with the reasons for what was not checked under it. */
export function table(results: readonly ServerResult[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = ['check', ...results.map(({ server }) => `${server.title} ${server.version}`)]
  const rows = CHECKS.map((name) => row([name, ...results.map((result) => cellOf(result, name))]))
  return `${[
    '# Authorization servers, and what the library says to their tokens',
    '',
    'Written by `npm run test:servers`, which installs every server from a package registry and starts it on loopback;',
    '`npm run test:servers -- --only keycloak` runs one. Every `ok` stands for answers to tokens which that very server',
    'made. `-` is what the server cannot do, for the reason below; nothing is simulated.',
    '',
    row(head),
    row(head.map(() => '---')),
    ...rows,
    '',
    ...results.flatMap(reasons),
  ].join('\n')}\n`
}

function cellOf({ outcomes }: ServerResult, name: CheckName): string {
  const status = outcomes.get(name)?.status ?? 'skipped'
  return status === 'failed' ? '**failed**' : status
}

/** One line for all checks of a server that have one reason. */
function reasons({ server, outcomes }: ServerResult): string[] {
  const checks = new Map<string, CheckName[]>()
  for (const [name, { status, reason }] of outcomes) {
    if (reason === undefined) continue
    const [first] = reason.split('\n', 1)
    const why = `${status === '-' ? '' : ` (${status})`}: ${first}`
    checks.set(why, [...(checks.get(why) ?? []), name])
  }
  return [...checks].map(([why, names]) => `- ${server.title}, ${names.join(', ')}${why}`)
}

/** The closing line of a run. */
export function summary(results: readonly ServerResult[]): { text: string; failed: number } {
  const all = results.flatMap(({ outcomes }) => [...outcomes.values()])
  const count = (...statuses: Outcome['status'][]) =>
    all.filter(({ status }) => statuses.includes(status)).length
  const failed = count('failed')
  const text = `\n${count('ok')} passed, ${failed} failed, ${count('-', 'skipped')} skipped`
  return { text, failed }
}
