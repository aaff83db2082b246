import { fileURLToPath } from 'node:url'

/** Set by run.ts: the room, and its files where only some are meant. */
const { MUTATION_ROOM: room, MUTATION_FILES: files } = process.env
const artifacts = 'artifacts/mutation'

export default {
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  mutate: files?.split(',') ?? [`src/${room}/**/*.ts`],
  concurrency: 2,
  incremental: files === undefined,
  incrementalFile: `${artifacts}/${room}.incremental.json`,
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `${artifacts}/${room}.json` },
  tempDirName: `${artifacts}/sandbox`,
  ignorePatterns: ['artifacts', 'dist', 'site', 'docs/site', 'test/bench', 'test/package'],
  tsconfigFile: 'none', // Stryker would rewrite it with the JavaScript API of TypeScript, which 7 lacks
}
