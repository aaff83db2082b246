import { circumstances } from './machine.js'

/** The beginning of a report: where, when and how it was made, and what its columns mean. */
export function head(title, { rounds, size }, remarks) {
  const trial = size === 'quick' ? ['- **A trial of the harness: these figures mean nothing.**'] : []
  return [
    `# ${title}`,
    '',
    ...trial,
    ...circumstances(),
    `- Form: ${size}, ${rounds} rounds, medians. 50 connections, one server process of one thread.`,
    '- CPU µs: processor time of the whole server process per answered request, over that of the bare app',
    '  in the same round (in brackets: least and most of the rounds).',
    ...remarks,
    '- Wrong: answers that had not the status owed, with that status.',
  ].join('\n')
}

export function titlesOf(described) {
  return new Map(described.map(({ name, title }) => [name, title]))
}

/** Markdown of a table: the first column is text, the others are figures. */
export function tableOf(header, lines) {
  const ruler = header.map((_, index) => (index === 0 ? '---' : '--:'))
  return [header, ruler, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A scenario with a line for each contender. */
export function section({ title, rows }, titles) {
  const header =
    '| | CPU µs over bare | req/s | p99 ms | RSS MB over bare | wrong |\n|---|--:|--:|--:|--:|---|'
  return [
    `## ${title}`,
    '',
    header,
    ...ordered(rows).map((row) => line(titles.get(row.contender), row)),
  ].join('\n')
}

export function ordered(rows) {
  return [...rows].sort((a, b) => (a.cpu?.median ?? Infinity) - (b.cpu?.median ?? Infinity))
}

export function line(title, row) {
  if (!row.cpu) return `| ${title} | | | | | failed: ${row.failure} |`
  const { cpu, requestsPerSecond, p99, rss } = row
  const bare = row.contender === 'bare'
  const cells = [
    title,
    bare ? `(${row.cpuTotal.toFixed(1)} in all)` : overBare(cpu),
    Math.round(requestsPerSecond).toLocaleString('en'),
    p99.toFixed(1),
    bare ? '' : rss.toFixed(1),
    wrongness(row),
  ]
  return `| ${cells.join(' | ')} |`
}

export function overBare({ median, least, most }) {
  return `${median.toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)})`
}

export function wrongness({ wrong, answers, fault, failure }) {
  const counted = Object.entries(wrong).map(([status, count]) => `${count} of ${answers} were ${status}`)
  if (wrong['500'] && fault) counted.push(`\`${fault.slice(0, 80)}\``)
  if (failure) counted.push(`a round failed: ${failure}`)
  return counted.join('; ') || 'none'
}

export function contenderList(described) {
  const lines = described
    .filter(({ name }) => name !== 'bare')
    .map(
      ({ title, versions, note }) =>
        `- **${title}**${versions ? ` (${versions})` : ''}${note ? `. ${note}` : ''}`,
    )
  return ['## Contenders', '', ...lines].join('\n')
}
