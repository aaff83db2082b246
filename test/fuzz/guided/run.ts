import { parseArgs } from 'node:util'
import { createRandom } from '../random.js'
import { startCoverage } from './coverage.js'
import { fuzz } from './fuzzer.js'
import type { GuidedTarget } from './target.js'
import { corpusOf, guidedTargets, saveCorpus } from './targets.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    inputs: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    only: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
})
const chosen = guidedTargets.filter(({ name }) => !values.only || values.only.split(',').includes(name))
const secondsEach = Number(values.seconds) / chosen.length
const maxInputs = Number(values.inputs)
const random = createRandom(Number(values.seed))
const wrong: string[] = []

process.on('exit', () => {
  for (const each of wrong) console.log(`WRONG ${each}`)
})
process.exitCode = 1 // until the end is reached
process.on('unhandledRejection', (reason) => void wrong.push(`unhandled rejection: ${reason}`))
process.on('uncaughtException', (error) => void wrong.push(`uncaught exception: ${error.stack}`))

async function fuzzTarget(target: GuidedTarget): Promise<void> {
  const coverage = startCoverage()
  const seeds = corpusOf(target)
  const found = await fuzz({ target, seeds, seconds: secondsEach, maxInputs, random, coverage })
  coverage.stop()
  const all = [...new Set([...seeds, ...found.corpus])]
  const counts = `${found.inputs} inputs, ${coverage.reached.size} blocks reached`
  console.log(`${target.name}: ${counts}, ${all.length - seeds.length} inputs reached new ones`)
  wrong.push(...found.wrong)
  if (values.save) saveCorpus(target, all)
}

console.log(`seed ${values.seed}`)
for (const target of chosen) await fuzzTarget(target)
await new Promise((resolve) => setImmediate(resolve)) // late rejections are seen before

process.exitCode = wrong.length > 0 ? 1 : 0
