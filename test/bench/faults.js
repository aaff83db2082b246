// node faults.js [--quick] [--only ours,jose] [--scenario down,rotation]
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startChild } from './child.js'
import { describeAll } from './contenders.js'
import { faults, playFault } from './faults/faults.js'
import { openLab } from './faults/lab.js'
import { brokenPromises } from './faults/promises.js'
import { writeReport } from './faults/report.js'
import { readOptions } from './options.js'
import { writeResults } from './results.js'

const forms = {
  full: { requests: 50, patienceSeconds: 35, faultsAtOnce: 1, steps: [601, 3600, 43_200] },
  quick: { requests: 20, patienceSeconds: 7, faultsAtOnce: 3, steps: [601, 46_800] },
}

const options = readOptions({
  contenders: ['ours', 'express-oauth2-jwt-bearer', 'express-jwt', 'aws-jwt-verify', 'jose'],
  quickContenders: ['ours', 'jose'], // the others are for comparison only, and more processes than cores blur time
  scenarios: Object.keys(faults),
})
const form = forms[options.size]
const issuers = await startChild('./issuer.js')

try {
  const played = await playAll(options.scenarios)
  await report(played)
  const broken = played.flatMap(brokenByOurs)
  for (const sentence of broken) process.stdout.write(`BROKEN ${sentence}\n`)
  process.exitCode = broken.length > 0 ? 1 : 0
} finally {
  await issuers.stop()
}

async function playAll(names) {
  const played = new Map()
  const waiting = [...names]
  const lane = async () => {
    while (waiting.length > 0) {
      const name = waiting.shift()
      played.set(name, await playOn(name))
    }
  }
  await Promise.all(Array.from({ length: form.faultsAtOnce }, lane))
  return names.map((name) => played.get(name))
}

async function playOn(name) {
  process.stderr.write(`${name}\n`)
  const results = await Promise.all(options.contenders.map((contender) => playOne(faults[name], contender)))
  return { name, ...faults[name], results }
}

async function playOne(fault, contender) {
  let lab
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  try {
    lab = await openLab({ contender, issuers, patienceSeconds: form.patienceSeconds })
    const seen = await playFault(fault, lab, form)
    return { contender, ...seen, lagSeconds: delay.max / 1e9 + (await lab.lagSeconds()) }
  } catch (error) {
    return { contender, failure: error.message }
  } finally {
    delay.disable()
    await lab?.close()
  }
}

function brokenByOurs({ name, results, ...fault }) {
  return results
    .filter(({ contender }) => contender === 'ours')
    .flatMap((result) => (result.failure ? [result.failure] : brokenPromises(fault, result)))
    .map((sentence) => `${name}: ${sentence}`)
}

async function report(played) {
  const described = await describeAll(options.contenders)
  const text = writeReport(played, { described, ...options, ...form })
  writeResults(options, { 'faults.md': text })
}
