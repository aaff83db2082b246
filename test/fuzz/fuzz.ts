import { parseArgs } from 'node:util'
import { createRandom } from './random.js'
import { fuzzSockets } from './sockets.js'
import { createProbe, type Target, targets } from './target.js'

const BATCH = 500
const SHOWN = 20

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    count: { type: 'string', default: '200000' },
    sockets: { type: 'string', default: '3000' },
  },
})
const random = createRandom(Number(values.seed))
const socketCount = Number(values.sockets)
const countEach = Math.ceil(Number(values.count) / targets.length)
const wrong: string[] = []

process.on('exit', () => {
  for (const each of wrong.slice(0, SHOWN)) console.log(each)
})
process.exitCode = 1 // until the end is reached: an exception of this very file must not look like success
process.on('unhandledRejection', (reason) => void wrong.push(`unhandled rejection: ${reason}`))
process.on('uncaughtException', (error) => void wrong.push(`uncaught exception: ${error.stack}`))

async function fuzz(target: Target, count: number): Promise<void> {
  const probe = createProbe(target)
  async function one(): Promise<void> {
    const input = target.next(random)
    const complaint = await probe(input).catch((error) => `thrown: ${error?.stack}`)
    if (complaint) wrong.push(`${target.name}: ${complaint} for ${JSON.stringify(input)}`)
  }
  for (let left = count; left > 0; left -= BATCH) {
    await Promise.all(Array.from({ length: Math.min(left, BATCH) }, one))
  }
}

console.log(`seed ${values.seed}`)
const startedAt = performance.now()
for (const target of targets) await fuzz(target, countEach)
wrong.push(...(await fuzzSockets(random, socketCount)))
await new Promise((resolve) => setImmediate(resolve)) // late rejections are seen before

const sent = countEach * targets.length + socketCount
console.log(`${sent} inputs in ${((performance.now() - startedAt) / 1000).toFixed(1)} seconds`)
console.log(`${Math.max(0, sent - wrong.length)} passed, ${wrong.length} failed`)
process.exitCode = wrong.length > 0 ? 1 : 0
