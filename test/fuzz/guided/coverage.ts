import { Session } from 'node:inspector'

interface Range {
  startOffset: number
  endOffset: number
  count: number
}

/** Of one function: the whole of it, then its blocks that ran less often than what is around them. */
type Ranges = readonly [Range, ...Range[]]

interface Taken {
  result: { url: string; functions: { ranges: Ranges }[] }[]
}

const source = new URL('../../../src/', import.meta.url).href

/** A function or block that ran, or did not. */
interface Block {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Which blocks of `src` ran, by V8's own coverage: what the fuzzer is guided by. */
export function startCoverage() {
  const { post, disconnect } = connectProfiler()
  const reached = new Set<string>()
  /** By function: blocks that some run of it has left out. */
  const missed = new Map<string, Map<string, Block>>()

  function newsOf(url: string, [whole, ...blocks]: Ranges): string[] {
    if (whole.count === 0) return []
    const own = blockAt(url, whole)
    const missedHere = missed.get(own.name) ?? new Map<string, Block>()
    missed.set(own.name, missedHere)
    const left = blocks.filter(({ count }) => count === 0).map((range) => blockAt(own.name, range))
    const ran = [own, ...missedHere.values()].filter((block) => !left.some((other) => isWithin(block, other)))
    for (const block of left) missedHere.set(block.name, block)
    return ran.map(({ name }) => name).filter((name) => !reached.has(name))
  }

  return {
    reached: reached as ReadonlySet<string>,
    /** What ran since this was last asked, and was never committed. */
    take(): string[] {
      const { result } = post('Profiler.takePreciseCoverage') as Taken
      const ours = result.filter(({ url }) => url.startsWith(source))
      return ours.flatMap(({ url, functions }) => functions.flatMap(({ ranges }) => newsOf(url, ranges)))
    },
    commit(names: readonly string[]): void {
      for (const name of names) reached.add(name)
    },
    stop: disconnect,
  }
}

function connectProfiler() {
  const session = new Session()
  session.connect()
  function post(method: string, params: object = {}): unknown {
    let answer: unknown
    session.post(method, params, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return { post, disconnect: () => session.disconnect() }
}

function blockAt(owner: string, { startOffset: start, endOffset: end }: Range): Block {
  return { name: `${owner} ${start}-${end}`, start, end }
}

function isWithin(block: Block, other: Block): boolean {
  return other.start <= block.start && block.end <= other.end
}
