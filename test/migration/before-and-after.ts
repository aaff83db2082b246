import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Express } from 'express'
import { pageNamed, root, snippetsOf } from '../docs/pages.js'

const folder = join(import.meta.dirname, '.snippets')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({ compilerOptions: { target: 'es2022', experimentalDecorators: true } }), // those of Nest
)
writeFileSync(join(folder, 'auth.ts'), readFileSync(join(root, 'examples/nestjs/src/auth.ts')))

/** Texts of a guide with what stands in for them, since its servers do not exist. */
export type Changes = Readonly<Record<string, string>>

/** A guide's code: that of the package which people come from, and ours. */
export const beforeAndAfter = async (
  guide: string,
  { before, after }: { before: Changes; after: Changes },
) => [await appOf(guide, 'js', before), await appOf(guide, 'ts', after)]

const appOf = async (guide: string, language: string, changes: Changes): Promise<Express> =>
  (await snippet(guide, language, 0, changes)).app

/** Imports one block of a guide, changed. */
export async function snippet(guide: string, language: string, index: number, changes: Changes) {
  const name = `docs/migration/${guide}.md`
  const block = snippetsOf({ name, text: pageNamed(name) }, language)[index]
  const file = join(folder, `${guide}-${language}-${index}.ts`)
  writeFileSync(file, Object.entries(changes).reduce(replaceIn, block?.text ?? ''))
  return import(/* @vite-ignore */ file)
}

function replaceIn(text: string, [old, replacement]: [string, string]): string {
  if (!text.includes(old)) throw new Error(`the guide no longer says ${old}`)
  return text.replaceAll(old, () => replacement)
}
