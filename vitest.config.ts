import { defineConfig } from 'vitest/config'
import { stuckFiles } from './setup/stuck-files.mjs'

// Tests are sorted by what they need. TensorFlow's native binding can be loaded once in a process, so each file gets its own.
const tier = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 120_000, ...extra },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    // npm test counts what the report says.
    reporters: ['default', stuckFiles(), ...(process.env.ATTUNE_TEST_REPORT ? ['json'] : [])],
    outputFile: { json: process.env.ATTUNE_TEST_REPORT ?? '' },
    projects: [
      tier('walls', ['test/walls/**/*.test.ts'], { testTimeout: 240_000 }),
      tier('unit', ['test/{bench,contract,ml,main,renderer,setup,starter}/**/*.test.ts']),
      tier('parity', ['test/parity/**/*.test.ts'], {
        testTimeout: 300_000,
        globalSetup: 'test/parity/smollm2-model.ts',
      }),
    ],
  },
})
