import { mutate } from '../mutations.js'
import type { Random } from '../random.js'
import type { startCoverage } from './coverage.js'
import { withOtherMember } from './json.js'
import type { GuidedTarget } from './target.js'

const BATCH = 64
const MAX_LENGTH = 4096

export interface Fuzzing {
  target: GuidedTarget
  seeds: readonly string[]
  seconds: number
  /** Ends earlier after that many. */
  maxInputs: number
  random: Random
  coverage: ReturnType<typeof startCoverage>
}

export interface Findings {
  inputs: number
  /** Seeds, and what reached more of the code than all before. */
  corpus: string[]
  wrong: string[]
}

/**
 * Mutates what has reached new code so far, again and again. Coverage is read once for a batch, which costs as much as
 * some thirty inputs; where a batch reached new code, its inputs run again one at a time.
 */
export async function fuzz({
  target,
  seeds,
  seconds,
  maxInputs,
  random,
  coverage,
}: Fuzzing): Promise<Findings> {
  const found: Findings = { inputs: 0, corpus: [], wrong: [] }
  const endsAt = performance.now() + seconds * 1000

  async function run(input: string): Promise<void> {
    found.inputs += 1
    const complaint = await target.judge(input).catch((error) => `thrown: ${error?.stack}`)
    if (complaint) found.wrong.push(`${target.name}: ${complaint} for ${JSON.stringify(input)}`)
  }

  async function keepIfNew(input: string): Promise<void> {
    await run(input)
    const news = coverage.take()
    if (news.length > 0) found.corpus.push(input)
    coverage.commit(news)
  }

  for (const seed of seeds) await keepIfNew(seed)
  const parents = [...seeds]
  const isOver = () => performance.now() >= endsAt || found.inputs >= maxInputs || found.wrong.length > 0
  while (!isOver()) {
    const batch = Array.from({ length: BATCH }, () => childOf([...parents, ...found.corpus], target, random))
    for (const input of batch) await run(input)
    if (coverage.take().length === 0) continue
    for (const input of batch) await keepIfNew(input)
  }
  return found
}

/** Small changes, words of the target, or the beginning of one parent with the end of another. */
function childOf(parents: readonly string[], { good, words }: GuidedTarget, random: Random): string {
  const parent = random.chance(0.3) ? good : random.pick(parents)
  if (random.chance(0.1)) return cut(parent, random, 'start') + cut(random.pick(parents), random, 'end')
  const changed = random.chance(0.4) && withOtherMember(parent, random, words)
  if (changed) return changed.slice(0, MAX_LENGTH)
  if (random.chance(0.5)) return mutate(parent, random).slice(0, MAX_LENGTH)
  return replaced(parent, random, random.pick(words)).slice(0, MAX_LENGTH)
}

function cut(text: string, random: Random, side: 'start' | 'end'): string {
  const at = random.below(text.length + 1)
  return side === 'start' ? text.slice(0, at) : text.slice(at, at + MAX_LENGTH / 2)
}

/** A word in place of another, or before it: a whole JSON string, or a part of any text. */
function replaced(text: string, random: Random, word: string): string {
  const places = [...text.matchAll(random.pick([/"[^"]*"|[\w.-]+|[^\w"]/g, /[\w.-]+|\W/g]))]
  if (places.length === 0) return word
  const { index, 0: old } = random.pick(places)
  return text.slice(0, index) + word + text.slice(index + (random.chance(0.6) ? old.length : 0))
}
