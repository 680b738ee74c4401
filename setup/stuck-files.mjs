// A test file that computes without end hears of no time limit of its own: this reporter ends the run and names it.

/** Minutes that a file may take: the slowest takes three on two cores. */
const limit = 10

/**
 * For vitest: once a file has been running for too long, says which and in which tests, and ends vitest with exit code 1.
 * Whoever started it ends the processes that are left.
 * @param {{ minutes?: number, end?: (said: string) => void }} [how]
 * @returns {import('vitest/node').Reporter}
 */
export function stuckFiles({ minutes = limit, end = ended } = {}) {
  /** @type {Map<string, { begun: number, tests: Set<string> }>} */
  const running = new Map()
  /** @type {NodeJS.Timeout | undefined} */
  let clock
  const look = () => {
    for (const [file, { begun, tests }] of running) {
      if (Date.now() - begun < minutes * 60_000) continue
      const inside = tests.size === 0 ? '' : `, in ${[...tests].map((name) => `"${name}"`).join(', ')}`
      end(`${file} has been running for ${minutes} minutes${inside}: the tests end here.`)
    }
  }
  return {
    onTestRunStart() {
      clock = setInterval(look, 1000)
    },
    onTestModuleQueued: (module) => void running.set(module.relativeModuleId, { begun: Date.now(), tests: new Set() }),
    onTestCaseReady: (test) => void running.get(test.module.relativeModuleId)?.tests.add(test.name),
    onTestCaseResult: (test) => void running.get(test.module.relativeModuleId)?.tests.delete(test.name),
    onTestModuleEnd: (module) => void running.delete(module.relativeModuleId),
    onTestRunEnd: () => clearInterval(clock),
  }
}

/** @param {string} said */
function ended(said) {
  console.error(said)
  process.exit(1)
}
