// Builds dist/cjs, which require() gets, from the ES modules and the declarations that tsc wrote before.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { defineConfig, type Plugin } from 'rolldown'
import { minifySync } from 'rolldown/utils'
import manifest from './package.json' with { type: 'json' }

const CJS = 'dist/cjs'

/** The entry points as package.json lists them, by their path in both folders: `testing/index`. */
const entries = Object.values(manifest.exports)
  .filter((target) => typeof target === 'object')
  .map((target) => relative('dist', target.import.default).replace(/\.js$/, ''))

/** Completes the declarations, which exist once: those in dist/cjs serve both forms. */
function declarations(): Plugin {
  return {
    name: 'declarations',
    writeBundle() {
      const published = new Set<string>()
      for (const entry of entries) publish(`${CJS}/${entry}.d.ts`, published)
      removeOthers(published)
      for (const entry of entries) reexport(entry)
    },
  }
}

function publish(file: string, published: Set<string>): void {
  if (published.has(file)) return
  published.add(file)
  const text = readFileSync(file, 'utf8')
  if (text.includes("'jose'")) throw new Error(`${file} names types of jose, which CommonJS cannot import`)
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

/** Names of a module's functions stay, for stack traces. */
const MINIFY = {
  compress: true,
  mangle: { toplevel: false },
  codegen: { removeWhitespace: true },
} as const

/** The command is run and never imported: without its white space the package is an eighth smaller. */
function smallCommand(): Plugin {
  return {
    name: 'small-command',
    writeBundle() {
      for (const file of readdirSync('dist/command', { recursive: true, encoding: 'utf8' })) {
        if (file.endsWith('.js')) minifyFile(join('dist/command', file))
      }
    },
  }
}

function minifyFile(file: string): void {
  writeFileSync(file, minifySync(file, readFileSync(file, 'utf8'), { module: true, ...MINIFY }).code)
}

export default defineConfig({
  input: Object.fromEntries(entries.map((entry) => [entry, `dist/${entry}.js`])),
  platform: 'node',
  external: ['express', 'http-errors'],
  plugins: [declarations(), packageFiles(), smallCommand()],
  output: {
    dir: CJS,
    format: 'cjs',
    comments: false,
    minify: MINIFY,
    chunkFileNames: 'chunks/[name].js',
  },
  logLevel: 'warn',
})
