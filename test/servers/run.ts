import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checks } from './checks.js'
import { opaqueChecks } from './opaque-checks.js'
import { type Outcome, type ServerResult, summary, table } from './results.js'
import { type AuthorizationServer, CHECKS, type CheckName, type RunningServer } from './server.js'
import { servers } from './servers.js'

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const names = values.only?.flatMap((only) => only.split(',')) ?? Object.keys(servers)
const unknown = names.filter((name) => !Object.hasOwn(servers, name))
if (unknown.length > 0) throw new Error(`--only takes ${Object.keys(servers).join(', ')}`)

const results: ServerResult[] = []
for (const name of names) results.push(await prove(name))
if (!values.only) writeFileSync(join(import.meta.dirname, 'results.md'), table(results))
const { text, failed } = summary(results)
console.log(text)
process.exitCode = failed > 0 ? 1 : 0

async function prove(name: string): Promise<ServerResult> {
  const { server } = await (servers[name] as NonNullable<(typeof servers)[string]>)()
  console.log(`\n${server.title} ${server.version}`)
  const missing = server.available()
  if (missing !== true && !process.env.CI) return skip(server, missing)
  const running = await begin(server)
  if ('error' in running) return { server, outcomes: allFailed(running.error) }
  try {
    return { server, outcomes: await proveAll(server, running) }
  } finally {
    await running.close()
  }
}

function skip(server: AuthorizationServer, reason: string): ServerResult {
  console.log(`  skipped: ${reason}`)
  const outcomes = CHECKS.map((name) => [name, { status: 'skipped', reason }] as const)
  return { server, outcomes: new Map(outcomes) }
}

async function begin(server: AuthorizationServer): Promise<RunningServer | { error: unknown }> {
  try {
    await timed('installed', () => server.install())
    return await timed('started', () => server.start())
  } catch (error) {
    console.log(`  FAIL ${(error as Error).message}`)
    return { error }
  }
}

function allFailed(error: unknown): Map<CheckName, Outcome> {
  const reason = (error as Error).message
  return new Map(CHECKS.map((name) => [name, { status: 'failed', reason }]))
}

async function timed<T>(what: string, step: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await step()
  console.log(`  ${what} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return result
}

async function proveAll(server: AuthorizationServer, running: RunningServer) {
  const outcomes = new Map<CheckName, Outcome>()
  for (const name of CHECKS) {
    const outcome = await proveOne(server, running, name)
    outcomes.set(name, outcome)
    const { status, reason = '' } = outcome
    console.log(`  ${status.padEnd(7)} ${name}${reason && `: ${reason}`}`)
  }
  return outcomes
}

async function proveOne(
  server: AuthorizationServer,
  running: RunningServer,
  name: CheckName,
): Promise<Outcome> {
  const reason = server.cannot[name]
  if (reason !== undefined) return { status: '-', reason }
  const { needs, run } = (running.opaque && opaqueChecks[name]) ?? checks[name]
  const absent = needs.filter((need) => running[need] === undefined)
  if (absent.length > 0) return { status: 'failed', reason: `neither ${absent.join(', ')} nor a reason` }
  return run(running).then(
    () => ({ status: 'ok' }),
    (error) => ({ status: 'failed', reason: (error as Error).message }),
  )
}
