import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** Each name that an entry point exports, with the file that declares it and its name there. */
function exportsOf(entry: string): { name: string; declared: string; file: string }[] {
  const text = readFileSync(join(src, entry), 'utf8')
  return [...text.matchAll(/^export (?:type )?\{([^}]+)\} from '([^']+)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((each) => each.trim().replace(/^type /, ''))
        .filter(Boolean)
        .map((each) => {
          const [declared = each, name = declared] = each.split(' as ')
          return { name, declared, file: join(dirname(entry), from.replace(/\.js$/, '.ts')) }
        }),
  )
}

/** The docstring that stands right before the declaration. */
function docstringOf(file: string, name: string): string {
  const text = readFileSync(join(src, file), 'utf8')
  const declaration = new RegExp(`^export (?:async )?(?:function|const|interface|type|class) ${name}\\b`, 'm')
  const before = text.slice(0, declaration.exec(text)?.index ?? 0).trimEnd()
  return before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : ''
}

test.each(['index.ts', 'testing/index.ts', 'redis/index.ts'])(
  'every name that %s exports has a docstring with an example',
  (entry) => {
    const names = exportsOf(entry)
    expect(names.length).toBeGreaterThan(3)
    const lacking = names.filter(({ declared, file }) => !docstringOf(file, declared).includes('@example'))
    expect(lacking.map(({ name, file }) => `${file}: ${name}`)).toEqual([])
  },
)
