// The tiers of `npm test`, in order: what each runs, how its results are counted, and what it needs from the machine.
import { findChromium } from './browser.mjs'
import { electronBinary } from './electron.mjs'
import { isExecutable } from './browser.mjs'
import { join } from 'node:path'

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 *
 * @typedef {object} Step
 * @property {'script' | 'vitest' | 'playwright'} kind an npm script counts as one check; runners count their tests
 * @property {string} name of the script or project
 *
 * @typedef {object} Tier
 * @property {string} name
 * @property {Step[]} steps
 * @property {boolean} [built] needs the app built into out/
 * @property {(machine: Machine) => string | null} [refusal] why it cannot run on this machine
 *
 * @typedef {{ root: string, env: NodeJS.ProcessEnv, platform: string }} Machine
 */

/** @param {Machine} machine @returns {string | null} */
function screensRefusal({ env }) {
  return findChromium(env) === null ? 'no Chromium or Chrome was found (on Debian: apt install chromium)' : null
}

/** @param {Machine} machine @returns {string | null} */
function electronRefusal({ root, env, platform }) {
  if (electronBinary(root) === null) return "Electron's binary is not here (npm start fetches it where it can be had)"
  const display = platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY || hasXvfb(env)
  return display ? null : 'there is no display and no xvfb-run'
}

/** @param {NodeJS.ProcessEnv} env @returns {boolean} */
export const hasXvfb = (env) => (env.PATH ?? '').split(':').some((folder) => isExecutable(join(folder, 'xvfb-run')))

/** @type {Tier[]} */
export const tiers = [
  { name: 'types', steps: [{ kind: 'script', name: 'types' }] },
  {
    name: 'walls',
    steps: [
      { kind: 'script', name: 'walls' },
      { kind: 'vitest', name: 'walls' },
    ],
  },
  { name: 'lint', steps: [{ kind: 'script', name: 'lint' }] },
  { name: 'format', steps: [{ kind: 'script', name: 'format' }] },
  { name: 'unit', steps: [{ kind: 'vitest', name: 'unit' }] },
  { name: 'parity', steps: [{ kind: 'vitest', name: 'parity' }] },
  { name: 'screens', built: true, steps: [{ kind: 'playwright', name: 'screens' }], refusal: screensRefusal },
  { name: 'electron', built: true, steps: [{ kind: 'playwright', name: 'electron' }], refusal: electronRefusal },
]

/**
 * The tiers asked for, in their own order; all when none is named.
 * @param {string[]} names @returns {Tier[]}
 * @throws {Error} naming the tiers there are
 */
export function chosenTiers(names) {
  const unknown = names.find((name) => !tiers.some((tier) => tier.name === name))
  if (unknown !== undefined) {
    throw new Error(`There is no tier ${unknown}: choose from ${tiers.map((tier) => tier.name).join(', ')}.`)
  }
  return names.length === 0 ? tiers : tiers.filter((tier) => names.includes(tier.name))
}

/**
 * Counts of a vitest JSON report. A file that failed before its tests ran is one failure.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} report @returns {Counts}
 */
export function vitestCounts(report) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  }
}

/**
 * Counts of a Playwright JSON report. An error outside any test is one failure.
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors?: unknown[] }} report
 * @returns {Counts}
 */
export function playwrightCounts({ stats, errors = [] }) {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length, skipped: stats.skipped }
}

/** The closing line. @param {Counts} counts @returns {string} */
export function countsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
