// Builds dist/cjs, which require() gets, from the ES modules and the declarations that tsc wrote before.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { defineConfig, type Plugin } from 'rolldown'
import manifest from './package.json' with { type: 'json' }

const CJS = 'dist/cjs'

/** The entry points as package.json lists them, by their path in both folders: `testing/index`. */
const entries = Object.values(manifest.exports)
  .filter((target) => typeof target === 'object')
  .map((target) => relative('dist', target.import.default).replace(/\.js$/, ''))

/**
 * Completes the declarations, which exist once: those in dist/cjs serve both forms.
 *
 * TypeScript does not let CommonJS declarations import those of an ES module such as jose, so its types come along.
 */
function declarations(): Plugin {
  return {
    name: 'declarations',
    writeBundle() {
      writeFileSync(`${CJS}/jose.d.ts`, joseTypes())
      const published = new Set([`${CJS}/jose.d.ts`])
      for (const entry of entries) publish(`${CJS}/${entry}.d.ts`, published)
      removeOthers(published)
      for (const entry of entries) reexport(entry)
    },
  }
}

/** Without its comments, which are most of it. */
function joseTypes(): string {
  const text = readFileSync('node_modules/jose/dist/types/types.d.ts', 'utf8')
  return text.replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
}

function publish(file: string, published: Set<string>): void {
  if (published.has(file)) return
  published.add(file)
  const text = readFileSync(file, 'utf8').replaceAll(
    "from 'jose'",
    `from '${pathBetween(file, `${CJS}/jose.js`)}'`,
  )
  writeFileSync(file, text)
  for (const [, imported] of text.matchAll(/(?:from |import\()'(\.[^']+)\.js'/g))
    publish(join(dirname(file), `${imported}.d.ts`), published)
}

function removeOthers(published: ReadonlySet<string>): void {
  const files = readdirSync(CJS, { recursive: true, encoding: 'utf8' }).map((file) => join(CJS, file))
  for (const file of files) if (file.endsWith('.d.ts') && !published.has(file)) rmSync(file)
}

function reexport(entry: string): void {
  const file = `dist/${entry}.d.ts`
  writeFileSync(file, `export * from '${pathBetween(file, `${CJS}/${entry}.js`)}'\n`)
}

function pathBetween(file: string, other: string): string {
  const path = relative(dirname(file), other).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

/** Says that files here are CommonJS, and under which terms jose's code is among them. */
function packageFiles(): Plugin {
  return {
    name: 'package-files',
    writeBundle() {
      writeFileSync(`${CJS}/package.json`, '{ "type": "commonjs" }\n')
      copyFileSync('node_modules/jose/LICENSE.md', `${CJS}/LICENSE-jose.md`)
    },
  }
}

export default defineConfig({
  input: Object.fromEntries(entries.map((entry) => [entry, `dist/${entry}.js`])),
  platform: 'node',
  external: ['express', 'http-errors'],
  plugins: [declarations(), packageFiles()],
  output: {
    dir: CJS,
    format: 'cjs',
    comments: false,
    // names of functions stay, for stack traces
    minify: {
      compress: true,
      mangle: { toplevel: false, keepNames: { function: true, class: true } },
      codegen: { removeWhitespace: true },
    },
    chunkFileNames: 'chunks/[name].js',
  },
  logLevel: 'warn',
})
