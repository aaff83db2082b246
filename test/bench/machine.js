import { cpus, totalmem } from 'node:os'

/** Where and how a report was made, as Markdown lines. */
export function circumstances() {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  const command = ['node', process.argv[1].split('/').at(-1), ...process.argv.slice(2)].join(' ')
  return [
    `- Machine: ${model}, ${cpus().length} cores, ${memory} GiB; Node.js ${process.version}`,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Command: \`${command}\``,
  ]
}
