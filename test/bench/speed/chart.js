import { contenderNames } from '../contenders.js'
import { figuresOf } from './figures.js'

const panel = { width: 420, labels: 170, bar: 14, step: 22, title: 40, gap: 24 }
const columns = 2

const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .value { fill: #57606a }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .value { fill: #9198a1 }
    .bar { fill: #656c76 }
    .ours { fill: #4493f8 }
  }`

/** A bar chart of processor time per request over the bare app, one panel per scenario, as SVG text. */
export function drawChart(results, described) {
  const titles = new Map(described.map(({ name, title }) => [name, title]))
  const figures = figuresOf(results).filter(({ group }) => group === 'scenarios')
  const panels = figures.map(({ title, rows }) => ({ title, bars: barsOf(rows, titles) }))
  const height = panelHeight(Math.max(0, ...panels.map(({ bars }) => bars.length)))
  const drawn = panels.map((each, index) => drawPanel(each, place(index, height)))
  return frame(drawn, Math.ceil(panels.length / columns) * height, describeAll(panels))
}

function barsOf(rows, titles) {
  return rows
    .filter(({ contender, cpu }) => contender !== 'bare' && contenderNames.includes(contender) && cpu)
    .map(({ contender, cpu, wrong }) => ({
      ours: contender === 'ours',
      title: titles.get(contender),
      value: cpu.median,
      wrong: Object.keys(wrong).length > 0,
    }))
    .sort((a, b) => a.value - b.value)
}

function panelHeight(bars) {
  return panel.title + bars * panel.step + panel.gap
}

function place(index, height) {
  return { x: (index % columns) * panel.width + 16, y: Math.floor(index / columns) * height + 48 }
}

function drawPanel({ title, bars }, { x, y }) {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  const lines = bars.map((bar, index) => drawBar(bar, { y: panel.title - 16 + index * panel.step, most }))
  return `<g transform="translate(${x} ${y})"><text class="title" y="12">${escaped(title)}</text>${lines.join('')}</g>`
}

function drawBar({ title, value, ours, wrong }, { y, most }) {
  const length = Math.max(1, (value / most) * (panel.width - panel.labels - 100))
  const label = `${value.toFixed(1)}${wrong ? ' (wrong answers)' : ''}`
  const baseline = y + panel.bar - 3
  return [
    `<text x="${panel.labels - 8}" y="${baseline}" text-anchor="end">${escaped(title)}</text>`,
    `<rect class="${ours ? 'ours' : 'bar'}" x="${panel.labels}" y="${y}" width="${length.toFixed(1)}" height="${panel.bar}"/>`,
    `<text class="value" x="${panel.labels + length + 6}" y="${baseline}">${label}</text>`,
  ].join('')
}

function describeAll(panels) {
  return panels
    .map(
      ({ title, bars }) =>
        `${title}: ${bars.map((bar) => `${bar.title} ${bar.value.toFixed(1)}`).join(', ')}.`,
    )
    .join(' ')
}

function frame(drawn, height, description) {
  const size = { width: panel.width * columns + 16, height: height + 56 }
  const heading = 'Processor time per request over the bare Express app, in µs (less is better)'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title desc">
<title id="title">${heading}</title>
<desc id="desc">${escaped(description)}</desc>
<style>${style}
</style>
<text class="title" x="16" y="26" font-size="15">${heading}</text>
${drawn.join('\n')}
</svg>
`
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
