import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

/** The floors as CONTRIBUTING has them, lowest first. A folder is on the floor of its entry, whatever its files. */
const floors = floorsIn(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))

/** Rows such as "| 3 | `issuer/` `proof/` | what is in there |". The table has the top floor first. */
function floorsIn(text: string): string[][] {
  const rows = [...text.matchAll(/^\| \d+ \| ((?:`[\w./-]+`[, ]*)+) \|/gm)]
  return rows
    .map(([, entries = '']) => [...entries.matchAll(/`([^`]+)`/g)].map(([, entry]) => entry as string))
    .reverse()
}

/** Rooms that know Express. Nothing else asks a framework for anything, not even for types. */
const FRAMEWORK_ROOMS = /^(express|testing|command)\//

const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))

const textOf = (file: string) => readFileSync(join(src, file), 'utf8')

function importsOf(file: string): string[] {
  const specifiers = [...textOf(file).matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map(
    (match) => match[1] ?? match[2],
  )
  return specifiers.map((specifier) => {
    const path = resolve(dirname(join(src, file)), (specifier as string).replace(/\.js$/, '.ts'))
    return relative(src, path).replaceAll('\\', '/')
  })
}

function floorOf(file: string): number {
  return floors.findIndex((floor) => floor.some((entry) => file === entry || file.startsWith(entry)))
}

function mayImport(file: string, imported: string): boolean {
  const folder = dirname(file)
  if (folder !== '.' && imported.startsWith(`${folder.split('/')[0]}/`)) return true
  return floorOf(imported) < floorOf(file)
}

test('CONTRIBUTING has a floor for every source file, and none for what is not there', () => {
  expect(files.filter((file) => floorOf(file) === -1)).toEqual([])
  const entries = floors.flat()
  expect(entries.filter((entry) => !files.some((file) => file === entry || file.startsWith(entry)))).toEqual(
    [],
  )
})

test('imports point down, or stay within a folder', () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => !mayImport(file, imported))
      .map((imported) => `${file} > ${imported}`),
  )
  expect(upward).toEqual([])
})

test('no import goes round in a circle', () => {
  const visited = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' > ')]
    if (visited.has(file)) return []
    const circles = valueImportsOf(file).flatMap((imported) => visit(imported, [...path, file]))
    visited.add(file)
    return circles
  }
  expect(files.flatMap((file) => visit(file, []))).toEqual([])
})

/** Types alone may refer to one another within a folder: nothing of them is there at run time. */
function valueImportsOf(file: string): string[] {
  const typed = [...textOf(file).matchAll(/^(?:import|export) type [^;]*?from '(\.[^']+)'/gm)].map(
    ([text]) => text,
  )
  const values = typed.reduce((text, each) => text.replace(each, ''), textOf(file))
  return [...values.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map((match) => {
    const path = resolve(dirname(join(src, file)), (match[1] ?? match[2] ?? '').replace(/\.js$/, '.ts'))
    return relative(src, path).replaceAll('\\', '/')
  })
}

test('at most six files stand at the top of src', () => {
  expect(files.filter((file) => !file.includes('/')).length).toBeLessThanOrEqual(6)
})

test('no source file is longer than 200 lines', () => {
  expect(files.filter((file) => textOf(file).split('\n').length > 201)).toEqual([])
})

test('no file is named for being a drawer', () => {
  expect(
    files.filter((file) => /(^|\/)(utils?|helpers?|types|constants|common|misc)\.ts$/.test(file)),
  ).toEqual([])
})

test('only the rooms of Express know Express', () => {
  const knowing = files.filter((file) => /from 'express'/.test(textOf(file)))
  expect(knowing.filter((file) => !FRAMEWORK_ROOMS.test(file))).toEqual([])
})

test('a map that outlives its makers stands in one place, with the reason beside it', () => {
  expect(files.filter((file) => /^(const|let) .*new Weak(Map|Set|Ref)/m.test(textOf(file)))).toEqual([])
  expect(files.filter((file) => /= new WeakMap\(\)$/m.test(textOf(file)))).toEqual(['auth.ts'])
})

test('only fetch-json.ts and the command talk HTTP to the outside', () => {
  const callers = files.filter((file) => /\bfetch\(|from 'node:https?'|from 'undici'/.test(code(file)))
  const allowed = /^(net\/fetch-json\.ts|testing\/|command\/|cli\.ts)/
  expect(callers.filter((file) => !allowed.test(file))).toEqual([])
})

function code(file: string): string {
  return textOf(file)
    .replace(/^import type .*$/gm, '')
    .replace(/STATUS_CODES.*$/gm, '')
}
