import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^express-require-auth$/, replacement: src('index.ts') },
      { find: /^express-require-auth\/testing$/, replacement: src('testing/index.ts') },
      { find: /^express-require-auth\/redis$/, replacement: src('redis.ts') },
      { find: /^express-require-auth\/global$/, replacement: src('global.ts') },
    ],
  },
  test: {
    globalSetup: 'test/build.ts',
    maxWorkers: 2, // the default leaves one of two cores idle
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/package/**'],
    server: { deps: { inline: ['graphql-http'] } }, // else it loads a second copy of graphql, which refuses the first
  },
})
