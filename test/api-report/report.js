// Compares the public API with the reports beside this file, or writes them anew:
//
//   npm run api
//   npm run api -- --update
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const root = resolve(import.meta.dirname, '../..')
const fresh = join(import.meta.dirname, 'fresh')
const { update } = parseArgs({ options: { update: { type: 'boolean', default: false } } }).values
const packageJsonFullPath = join(root, 'package.json')
const silent = { default: { logLevel: 'none' } } // what it thinks of docstrings: the site asks for more

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
}

function configOf(name, entry) {
  const configObject = {
    projectFolder: root,
    mainEntryPointFilePath: entry,
    compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
    apiReport: {
      enabled: true,
      includeForgottenExports: true, // the public types are made of these
      reportFileName: name,
      reportFolder: import.meta.dirname,
      reportTempFolder: fresh,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent },
  }
  return ExtractorConfig.prepare({ configObject, packageJsonFullPath })
}

function isSame(name, entry) {
  if (name === 'global') return isSameText(join(import.meta.dirname, 'global.api.md'), entry)
  return Extractor.invoke(configOf(name, entry), { localBuild: update, printApiReportDiff: true }).succeeded
}

/** `declare global` exports nothing: the extractor's report would be empty, so the declarations are the report. */
function isSameText(report, entry) {
  const text = `\`\`\`ts\n${readFileSync(entry, 'utf8')}\`\`\`\n`
  if (update) writeFileSync(report, text)
  return existsSync(report) && readFileSync(report, 'utf8') === text
}

mkdirSync(fresh, { recursive: true })
const { exports } = JSON.parse(readFileSync(packageJsonFullPath, 'utf8'))
const entries = Object.entries(exports).filter(([, { require: forms }]) => forms)
const changed = entries
  .map(([path, forms]) => [relative('.', path) || 'index', join(root, forms.require.types)])
  .filter(([name, entry]) => !isSame(name, entry))
  .map(([name]) => name)

if (changed.length > 0) {
  console.error(`The public API is not as written down: ${changed.join(', ')}. See docs/versions.md,`)
  console.error('then write it down by: npm run api -- --update')
  process.exitCode = 1
}
