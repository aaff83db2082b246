// node publish.js [--check]: puts the figures of results/ into the pages that show them, between markers.
// With --check it writes nothing, and exits 1 when a page shows others.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { figureBlocks } from './publish/blocks.js'

const pages = ['README.md', 'docs/performance.md']
const blocks = figureBlocks()
const isCheck = process.argv.includes('--check')

for (const page of pages) {
  const path = fileURLToPath(new URL(`../../${page}`, import.meta.url))
  const text = readFileSync(path, 'utf8')
  const published = text.replace(/(<!-- figures: (\w+) -->\n)[\s\S]*?(<!-- \/figures -->)/g, blockOf)
  if (published === text) continue
  if (isCheck) {
    process.stderr.write(
      `${page} shows other figures than test/bench/results. Run: node test/bench/publish.js\n`,
    )
    process.exitCode = 1
  } else writeFileSync(path, published)
}

function blockOf(_whole, start, name, end) {
  if (!blocks[name]) throw new Error(`there are no figures named ${name}`)
  const parts = blocks[name]
  return `${start}${parts.length > 0 ? `\n${parts.join('\n\n')}\n\n` : ''}${end}`
}
