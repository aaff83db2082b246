import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** Lowest first. A folder is on the floor of its entry, whatever its files. */
const floors: readonly (readonly string[])[] = [
  ['errors.ts', 'after.ts', 'option-checks.ts', 'lru-map.ts', 'jwk.ts'],
  ['events.ts', 'challenge.ts', 'fetch-json.ts', 'compact-jws.ts', 'signature.ts'],
  ['request.ts', 'issuer/', 'proof/'],
  ['token/', 'redis/'],
  ['issuer-setting.ts', 'options.ts', 'route-check.ts'],
  ['require-auth.ts', 'require-scope.ts', 'error-handler.ts', 'resource-metadata.ts', 'testing/', 'redis.ts'],
  ['index.ts', 'command/'],
  ['cli.ts', 'global.ts'],
]

/** Files of one floor that may import one another, in this order only. */
const neighbours = new Set([
  'signature.ts > compact-jws.ts',
  'options.ts > issuer-setting.ts',
  'resource-metadata.ts > require-auth.ts',
])

const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const specifiers = [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map(
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
  return floorOf(imported) < floorOf(file) || neighbours.has(`${file} > ${imported}`)
}

test('every source file has a floor', () => {
  expect(files.filter((file) => floorOf(file) === -1)).toEqual([])
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
    const circles = importsOf(file).flatMap((imported) => visit(imported, [...path, file]))
    visited.add(file)
    return circles
  }
  expect(files.flatMap((file) => visit(file, []))).toEqual([])
})

test('no source file is longer than 200 lines', () => {
  const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 201)
  expect(long).toEqual([])
})

test('no file is named for being a drawer', () => {
  expect(
    files.filter((file) => /(^|\/)(utils?|helpers?|types|constants|common|misc)\.ts$/.test(file)),
  ).toEqual([])
})

test('only fetch-json.ts and the command talk HTTP to the outside', () => {
  const callers = files.filter((file) => /\bfetch\(|from 'node:https?'|from 'undici'/.test(code(file)))
  const allowed = /^(fetch-json\.ts|testing\/|command\/|cli\.ts)/
  expect(callers.filter((file) => !allowed.test(file))).toEqual([])
})

function code(file: string): string {
  return readFileSync(join(src, file), 'utf8')
    .replace(/^import type .*$/gm, '')
    .replace(/STATUS_CODES.*$/gm, '')
}
