import { cpus } from 'node:os'

const mega = (bytes) => (bytes / 2 ** 20).toFixed(0)
const row = (cells) => `| ${cells.join(' | ')} |`

/** What was answered in each phase, over all cycles. */
export function createLedger() {
  const rows = new Map()
  const rowOf = (phase) =>
    rows.get(phase) ?? rows.set(phase, { answers: {}, requests: 0, wrong: [] }).get(phase)
  return {
    rows,
    rowOf,
    note(phase, { to, expected }, answer) {
      const { answers, wrong } = rowOf(phase)
      rowOf(phase).requests++
      answers[answer] = (answers[answer] ?? 0) + 1
      if (!expected.includes(answer)) wrong.push(`${to} answered ${answer} for ${expected.join(' or ')}`)
    },
  }
}

/** One row for each phase. */
export function tableOf({ rows }) {
  const head = ['phase', 'requests', 'answers', 'wrong', 'p99 of event-loop delay', 'RSS first', 'RSS last']
  const body = [...rows].map(([phase, { requests, answers, wrong, delay, memory }]) =>
    row([
      phase,
      requests.toLocaleString('en'),
      Object.entries(answers)
        .map(([answer, count]) => `${answer}: ${count.toLocaleString('en')}`)
        .join(', '),
      wrong.length,
      `${delay.p99.toFixed(1)} ms`,
      `${mega(memory.first.rss)} MB`,
      `${mega(memory.last.rss)} MB`,
    ]),
  )
  return [row(head), row(['---', '--:', '---', '--:', '--:', '--:', '--:']), ...body].join('\n')
}

export function memoryLine({ warm, end }) {
  const part = (name) => `${mega(warm[name])} MB after warm-up, ${mega(end[name])} MB at the end`
  return `RSS ${part('rss')}; heap ${part('heap')}.`
}

export function resultsOf({ ledger, memory, seconds, cycles }) {
  const { model } = cpus()[0]
  return `# Soak

Written by a whole run of \`npm run soak\`: ${seconds} seconds, ${cycles} cycles, Node ${process.versions.node}, ${cpus().length} x
${model}. RSS is measured after forced garbage collection, at the end of a phase in the first cycle and in the
last. The event-loop delay of a process that does nothing is a good 1 ms here, the resolution of the timer.

${tableOf(ledger)}

${memoryLine(memory)}
`
}
