import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url))

/** Files that run in a process of their own, each for a reason; all others share one process per core. */
const alone: string[] = []

// once in a while, to see that no file lives on what another left behind
const isolateAll = process.env.ISOLATE_TESTS === 'true'

export default defineConfig({
  resolve: {
    alias: [
      { find: /^express-require-auth$/, replacement: src('index.ts') },
      { find: /^express-require-auth\/testing$/, replacement: src('testing/index.ts') },
      { find: /^express-require-auth\/redis$/, replacement: src('redis/index.ts') },
    ],
  },
  test: {
    globalSetup: 'test/build.ts',
    setupFiles: 'test/each-file.ts',
    maxWorkers: 2, // the default leaves one of two cores idle
    testTimeout: 30_000, // for machines that are slow or have other work; a test that hangs is rare
    hookTimeout: 60_000,
    isolate: isolateAll,
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['test/bench/**', ...alone],
    server: { deps: { inline: ['graphql-http'] } }, // else it loads a second copy of graphql, which refuses the first
  },
})
