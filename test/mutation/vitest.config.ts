import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import project from '../../vitest.config.js'
import { patterns, rank } from './rooms.js'

const room = process.env.MUTATION_ROOM ?? 'jose'

/** In the order of the room's list: vitest itself would begin with the longest. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.sort((a, b) => rank(room, a.moduleId) - rank(room, b.moduleId))
  }
}

/** One project and no build before it: these tests do not run what is published. */
export default defineConfig({
  resolve: project.resolve ?? {},
  test: {
    include: patterns(room),
    exclude: ['test/issuer/process.test.ts'], // runs the built package
    setupFiles: 'test/each-file.ts',
    sequence: { sequencer: InOrder, setupFiles: 'list' },
    isolate: false,
    maxWorkers: 1,
    testTimeout: 5000, // mutants that never answer fail before Stryker gives up the process
  },
})
