import { defineConfig } from 'vitest/config'
import { BaseSequencer, type Reporter, type TestSpecification, type Vitest } from 'vitest/node'
import project from '../../vitest.config.js'
import { patterns, rank } from './rooms.js'

const room = process.env.MUTATION_ROOM ?? 'jose'

/** In the order of the room's list: vitest itself would begin with the longest. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.sort((a, b) => rank(room, a.moduleId) - rank(room, b.moduleId))
  }
}

/** Reports files that a mutant keeps from loading as errors: for Stryker, no test of them has failed. */
function loadErrors(): Reporter {
  let vitest: Vitest
  return {
    onInit: (context) => {
      vitest = context
    },
    onTestModuleEnd: (file) => {
      for (const { message } of file.errors()) vitest.state.catchError(new Error(message), 'Load Error')
    },
  }
}

/** One project and no build before it: these tests do not run what is published. */
export default defineConfig({
  resolve: project.resolve ?? {},
  test: {
    include: patterns(room),
    exclude: ['test/issuer/process.test.ts'], // runs the built package
    setupFiles: 'test/each-file.ts',
    sequence: { sequencer: InOrder, setupFiles: 'list' }, // Stryker's goes first: it turns the mutant on
    reporters: [loadErrors()],
    isolate: false,
    maxWorkers: 1,
    testTimeout: 5000, // mutants that never answer fail before Stryker gives up the process
  },
})
