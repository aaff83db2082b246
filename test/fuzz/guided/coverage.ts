import { Session } from 'node:inspector'

interface Range {
  startOffset: number
  endOffset: number
  count: number
}

const source = new URL('../../../src/', import.meta.url).href

/** Which blocks of `src` ran, by V8's own coverage: what the fuzzer is guided by. */
export function startCoverage() {
  const session = new Session()
  session.connect()
  const reached = new Set<string>()
  /** Blocks that were left out by every run of their function. */
  const missed = new Set<string>()

  function post<T>(method: string, params: object = {}): T {
    let outcome: { error: Error | null; result: T } | undefined
    session.post(method, params, (error, result) => {
      outcome = { error, result: result as T }
    })
    if (!outcome || outcome.error) throw outcome?.error ?? new Error(`${method} gave no answer`)
    return outcome.result
  }

  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

  interface Taken {
    result: { url: string; functions: { functionName: string; ranges: Range[] }[] }[]
  }

  /** V8 lists a block only where it ran less than its parent. */
  function* news(): Generator<string> {
    for (const { url, functions } of post<Taken>('Profiler.takePreciseCoverage').result) {
      if (!url.startsWith(source)) continue
      for (const { ranges } of functions) yield* newsOf(url, ranges)
    }
  }

  function* newsOf(url: string, [whole, ...blocks]: Range[]): Generator<string> {
    if (!whole || whole.count === 0) return
    const nameOf = ({ startOffset, endOffset }: Range) =>
      `${url} ${whole.startOffset} ${startOffset}-${endOffset}`
    const left = new Set(blocks.filter(({ count }) => count === 0).map(nameOf))
    const name = nameOf(whole)
    if (!reached.has(name)) yield name
    const own = `${url} ${whole.startOffset} `
    for (const block of missed) if (block.startsWith(own) && !isWithin(block, left)) yield block
    for (const block of left) if (!reached.has(block)) missed.add(block)
  }

  return {
    reached,
    /** What ran for the first time since this was last asked, and was not committed. */
    take: () => [...news()],
    stop: () => session.disconnect(),
    commit(blocks: readonly string[]): void {
      for (const block of blocks) {
        missed.delete(block)
        reached.add(block)
      }
    },
  }
}

function isWithin(block: string, left: ReadonlySet<string>): boolean {
  const [start = 0, end = 0] = boundsOf(block)
  return [...left].map(boundsOf).some(([from = 0, to = 0]) => from <= start && end <= to)
}

function boundsOf(block: string): number[] {
  return block
    .slice(block.lastIndexOf(' ') + 1)
    .split('-')
    .map(Number)
}
