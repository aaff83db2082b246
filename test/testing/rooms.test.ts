import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import { expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '../../src/testing')

/** Lowest first: a room imports from itself and from those before it. */
const rooms = [
  'tenant',
  'memory',
  'requests',
  'grants',
  'tokens',
  'authorize',
  'token-endpoint',
  'endpoints',
  'server',
]

const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))

/** The files of `src/testing` that a file imports; the rest of the package is below all rooms. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/from '(\.[^']+)'/g)]
    .map((match) => normalize(join(dirname(file), match[1] as string)).replaceAll('\\', '/'))
    .filter((imported) => !imported.startsWith('..'))
}

/** Files outside of the rooms stand above them. */
function floorOf(file: string): number {
  const floor = rooms.indexOf(file.split('/')[0] as string)
  return floor === -1 ? rooms.length : floor
}

test('every room of the local tenant imports only from itself and the rooms below it', () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => floorOf(imported) > floorOf(file))
      .map((imported) => `${file} > ${imported}`),
  )
  expect(upward).toEqual([])
})

test('only the entry, the issuer and authFor stand outside of the rooms', () => {
  const outside = files.filter((file) => floorOf(file) === rooms.length)
  expect(outside.sort()).toEqual(['auth-for.ts', 'index.ts', 'test-issuer.ts'])
})
