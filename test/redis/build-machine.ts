import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import config from '../../vitest.config.js'

/** Next to the packages that it imports. */
const outDir = fileURLToPath(new URL('../../node_modules/.cache/replay-race', import.meta.url))

/** Makes one plain file of `machine.ts`: eight processes that each compile TypeScript take long to start. */
export async function buildMachine(): Promise<{ file: string; remove: () => Promise<void> }> {
  await build({
    configFile: false,
    logLevel: 'silent',
    ...(config.resolve && { resolve: config.resolve }),
    build: { ssr: fileURLToPath(new URL('machine.ts', import.meta.url)), outDir, emptyOutDir: true },
  })
  return { file: `${outDir}/machine.js`, remove: () => rm(outDir, { recursive: true, force: true }) }
}
