import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.js'
import { patterns, rooms } from './rooms.js'

const names = Object.keys(rooms)

/** The branches that the tests of all rooms reach: the same folders and tests as in `npm run mutation`. */
export default defineConfig({
  resolve: project.resolve ?? {},
  test: {
    include: [
      ...new Set(names.flatMap(patterns)),
      'test/issuer/*.test.ts',
      'test/redis/*.test.ts',
      'test/hostile/*.test.ts',
      'test/start.test.ts',
    ],
    globalSetup: 'test/build.ts',
    setupFiles: 'test/each-file.ts',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    coverage: {
      enabled: true,
      provider: 'custom', // from a folder that Vitest does not look in
      customProviderModule: fileURLToPath(
        new URL('node_modules/@vitest/coverage-v8/dist/index.js', import.meta.url),
      ),
      include: names.map((name) => `src/${name}/**/*.ts`),
      reporter: [['text', { maxCols: 140 }]],
      reportsDirectory: 'artifacts/coverage',
    },
  },
})
