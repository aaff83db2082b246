import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { hasRedis } from '../bench/state/redis.js'
import { meetTenants, phasesOf } from './phases.js'
import { createLedger, memoryLine, resultsOf, tableOf } from './report.js'
import { createStage } from './stage.js'
import { openWorld, TENANTS } from './world.js'

const WHOLE_RUN_SECONDS = 600
const SHOWN = 20

/** Forced collections stop the API for so long, on a busy machine, that a fetch under way would time out. */
const QUIET_MILLISECONDS = 300

/** What 200 bytes kept of every request in a whole run would come to. Pages come and go by a few MB without any leak. */
const MAX_GROWTH_BYTES = 32 * 2 ** 20

const { values } = parseArgs({ options: { seconds: { type: 'string', default: String(WHOLE_RUN_SECONDS) } } })
const seconds = Number(values.seconds)

process.exitCode = 1 // until the end is reached
const isWithRedis = hasRedis()
if (!isWithRedis) console.log('Skipped: DPoP with Redis, for there is no redis-server command')

const world = await openWorld({ hasRedis: isWithRedis })
const { api } = world
const ledger = createLedger()
const faults = []
let present = ''
const stage = {
  ...createStage(await api.ask('urls'), (request, answer) => ledger.note(present, request, answer)),
  fail: (reason) => faults.push(`${present}: ${reason}`),
  world,
}

const phases = Object.entries(phasesOf(world))

async function playPhase(name, play, cycle) {
  present = name
  const wrongBefore = ledger.rowOf(name).wrong.length
  await api.ask('enter', name)
  await play(stage, cycle)
  await api.ask('leave', name)
  const failedFetches = await api.ask('failedFetches')
  await sleep(QUIET_MILLISECONDS)
  const memory = await api.ask('memory')
  const row = ledger.rowOf(name)
  row.memory = { first: row.memory?.first ?? memory, last: memory }
  row.delay = await api.ask('delay', name)
  if (row.wrong.length > wrongBefore) tellCircumstances(name, { ...row.delay, failedFetches })
  faults.push(...(await api.ask('faults')).map((fault) => `${name}: ${fault}`))
  return memory
}

/** What helps to tell a fault from a machine that stood still. */
function tellCircumstances(phase, { longest, failedFetches }) {
  const failures = failedFetches.join(', ') || 'none'
  console.log(
    `${phase}: longest event-loop delay ${longest.toFixed(0)} ms; failed fetches of keys: ${failures}`,
  )
}

async function playCycle(cycle) {
  let memory
  for (const [name, play] of phases) memory = await playPhase(name, play, cycle)
  return memory
}

const endsAt = performance.now() + seconds * 1000
await playPhase('every tenant once', () => meetTenants(stage, TENANTS))
const memory = { warm: await playCycle(0) }
let cycles = 1
do memory.end = await playCycle(cycles++)
while (performance.now() < endsAt)
stage.close()
await world.close()

for (const name of ['rss', 'heap'])
  if (memory.end[name] > memory.warm[name] + MAX_GROWTH_BYTES) faults.push(`${name} grows: a leak`)

const wrong = [...ledger.rows].flatMap(([phase, { wrong }]) => wrong.map((each) => `${phase}: ${each}`))
console.log(`${tableOf(ledger)}\n\n${memoryLine(memory)}`)
for (const each of [...faults, ...wrong].slice(0, SHOWN)) console.log(`WRONG ${each}`)
if (seconds >= WHOLE_RUN_SECONDS)
  writeFileSync(new URL('results.md', import.meta.url), resultsOf({ ledger, memory, seconds, cycles }))
process.exitCode = wrong.length + faults.length > 0 ? 1 : 0
