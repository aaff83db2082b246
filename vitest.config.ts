import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { rooms } from './test/mutation/rooms.js'

const src = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url))
const include = ['test/**/*.test.ts', 'examples/**/*.test.ts']
const never = ['**/node_modules/**', 'test/bench/**', 'test/package/**']

/** Files that need a process of their own. The others share one per core, which imports Express and jose once. */
const alone = [
  'test/readme.test.ts', // runs the snippets of the README: they read the environment and listen without an end
]

/** Now and then every file runs alone, to show that none lives on what another left: `npm run test:isolated`. */
const isolateAll = process.env.ISOLATE_TESTS === 'true'

const resolve = {
  alias: [
    { find: /^express-require-auth$/, replacement: src('index.ts') },
    { find: /^express-require-auth\/testing$/, replacement: src('testing/index.ts') },
    { find: /^express-require-auth\/redis$/, replacement: src('redis/index.ts') },
    { find: /^express-require-auth\/global$/, replacement: src('global.ts') },
  ],
}

const everywhere = {
  maxWorkers: 2, // the default leaves one of two cores idle
  setupFiles: 'test/each-file.ts',
  // limits that hold on machines which are slow or have other work
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
  server: { deps: { inline: ['graphql-http'] } }, // else it loads a second copy of graphql, which refuses the first
}

export default defineConfig({
  resolve,
  test: {
    globalSetup: 'test/build.ts', // here and not in the projects, which would each run it again
    maxWorkers: everywhere.maxWorkers,
    coverage: {
      provider: 'v8',
      include: Object.keys(rooms).map((room) => `src/${room}/**/*.ts`),
      reporter: 'text',
      reportsDirectory: 'artifacts/coverage',
    },
    projects: [
      { resolve, test: { ...everywhere, name: 'alone', include: alone } },
      {
        resolve,
        test: { ...everywhere, name: 'shared', include, exclude: [...never, ...alone], isolate: isolateAll },
      },
    ],
  },
})
