import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageNamed, root } from './docs/pages.js'

const folder = join(root, '.github/workflows')
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), 'utf8'),
}))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const workflow = (name: string) => workflows.find((each) => each.name === name)?.text ?? ''

/** The text of each job by its name. */
function jobsOf(text: string): Record<string, string> {
  const [, jobs = ''] = text.split(/^jobs:$/m)
  const [, ...parts] = jobs.split(/^ {2}([\w-]+):$/m)
  return Object.fromEntries(parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1] ?? '']] : [])))
}

/** What the jobs may do beyond reading the repository. */
const grants = workflows.flatMap(({ name, text }) =>
  Object.entries(jobsOf(text)).flatMap(([job, body]) =>
    [...body.matchAll(/^ {6}([\w-]+): write/gm)].map(([, grant]) => `${name} ${job}: ${grant}`),
  ),
)

test.each(workflows)('$name runs no action but by the digest of its commit', ({ text }) => {
  const uses = [...text.matchAll(/uses: (.+)/g)].map(([, action = '']) => action)
  expect(uses).not.toEqual([])
  const pinned = /^[\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$|^\.\/\.github\/workflows\/[\w-]+\.yml$/
  expect(uses.filter((action) => !pinned.test(action))).toEqual([])
})

test('an action has one digest everywhere', () => {
  const uses = workflows.flatMap(({ text }) => [...text.matchAll(/uses: ([\w/-]+)@(.+)/g)])
  const actions = uses.map(([, action = '']) => action)
  expect(new Set(uses.map(([, action, digest]) => `${action}@${digest}`)).size).toBe(new Set(actions).size)
})

test.each(workflows)('$name reads, unless a job needs more', ({ text }) => {
  const [head = ''] = text.split(/^jobs:$/m)
  expect(head).toMatch(/^permissions:\n {2}contents: read\n\n/m)
})

test('only these jobs may write', () => {
  expect(grants.sort()).toEqual([
    'codeql.yml analyze: security-events',
    'docs.yml publish: id-token',
    'docs.yml publish: pages',
    'release.yml publish: id-token',
    'release.yml release: contents',
  ])
})

test('nothing is published before the tests have passed, and no release made before it is published', () => {
  const { test: tests, publish, release } = jobsOf(workflow('release.yml'))
  expect(tests).toContain('uses: ./.github/workflows/test.yml')
  expect(publish).toContain('    needs: test\n')
  expect(publish).toContain('npm publish --provenance')
  expect(release).toContain('    needs: publish\n')
  expect(release).toContain('sbom.cdx.json')
})

test('every Node that is supported has its tests', () => {
  const [, nodes = ''] = workflow('test.yml').match(/node: \[(.*)\]/) ?? []
  const [oldest] = nodes.match(/[\d.]+/g) ?? []
  expect(manifest.engines.node).toBe(`>=${oldest}`)
})

test('the bill of materials lists the two dependencies, theirs, and nothing for development', () => {
  const output = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' })
  const { metadata, components, dependencies } = JSON.parse(output)
  expect(metadata.component.name).toBe('express-require-auth')
  const names = components.map(({ name }: { name: string }) => name)
  expect(names).toEqual([
    'depd',
    'http-errors',
    'inherits',
    'jose',
    'setprototypeof',
    'statuses',
    'toidentifier',
  ])
  const [own] = dependencies
  expect(own.dependsOn.join()).toMatch(/^http-errors@[\d.]+,jose@[\d.]+$/)
})

test('the change log has a heading for this version, under the one for what is unreleased', () => {
  const headings = [...pageNamed('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
  expect(headings[0]).toBe('[Unreleased]')
  const [name, date] = headings[1]?.split(' - ') ?? []
  expect(name).toBe(`[${manifest.version}]`)
  expect(date).toMatch(/^\d{4}-\d\d-\d\d$/)
})

test('a version before the first stable one is published under the tag next', () => {
  const isPrerelease = manifest.version.includes('-')
  expect(manifest.publishConfig).toEqual({
    access: 'public',
    provenance: true,
    ...(isPrerelease && { tag: 'next' }),
  })
})

test.each(['ISSUE_TEMPLATE/bug.yml', 'ISSUE_TEMPLATE/idea.yml', 'pull_request_template.md'])(
  '%s asks what the doctor says',
  (name) => {
    expect(readFileSync(join(root, '.github', name), 'utf8')).toContain('`npx require-auth doctor --json')
  },
)
