import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageNamed, root } from './pages.js'

const pages = ['README.md', 'docs/performance.md']
const marked = /<!-- figures: \w+ -->[\s\S]*?<!-- \/figures -->/g

test('the figures of speed are those of the committed reports', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'test/bench/publish.js'), '--check'])
  expect(String(stderr)).toBe('')
  expect(status).toBe(0)
})

test.each(pages)('%s has figures between markers, and no µs beside them', (name) => {
  const text = pageNamed(name)
  expect(text.match(marked)?.length).toBeGreaterThan(0)
  expect(text.replace(marked, '')).not.toMatch(/\d µs/)
})
