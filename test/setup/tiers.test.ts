// What npm test and npm start decide before they run anything: tiers, counts, and whether a window can be had.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from '../../setup/browser.mjs'
import { buildStamp, firstError } from '../../setup/build.mjs'
import { bringElectron, electronBinary, forgetElectronRefusal, windowRefusal } from '../../setup/electron.mjs'
import { chosenTiers, countsLine, playwrightCounts, tiers, vitestCounts } from '../../setup/tiers.mjs'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-tiers-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (path: string, text: string, mode = 0o644) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text, { mode })
}

test('tiers run in their own order, and an unknown one is refused by name', () => {
  expect(chosenTiers([])).toBe(tiers)
  expect(chosenTiers(['parity', 'types']).map((tier) => tier.name)).toEqual(['types', 'parity'])
  expect(() => chosenTiers(['unit', 'speed'])).toThrow(/^There is no tier speed: choose from types, walls, lint,/)
})

test('counts come from the runners, and a file that broke before its tests is a failure', () => {
  const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }
  const files = [
    { status: 'passed', assertionResults: [{}] },
    { status: 'failed', assertionResults: [] },
  ]
  expect(vitestCounts({ ...report, testResults: files })).toEqual({ passed: 5, failed: 2, skipped: 3 })
  const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 }
  expect(playwrightCounts({ stats, errors: [{}] })).toEqual({ passed: 4, failed: 2, skipped: 2 })
  expect(countsLine({ passed: 4, failed: 0, skipped: 0 })).toBe('4 passed, 0 failed')
  expect(countsLine({ passed: 4, failed: 1, skipped: 2 })).toBe('4 passed, 1 failed, 2 skipped')
})

test('a tier that the machine cannot run says why', () => {
  const refusal = (name: string) =>
    tiers.find((tier) => tier.name === name)?.refusal?.({ root: folder, env: { PATH: folder }, platform: 'linux' })
  expect(refusal('electron')).toMatch(/^Electron's binary is not here/)
  write('node_modules/electron/path.txt', 'electron')
  write('node_modules/electron/dist/electron', '')
  expect(electronBinary(folder)).toBe(join(folder, 'node_modules/electron/dist/electron'))
  expect(refusal('electron')).toBe('there is no display and no xvfb-run')
  write('xvfb-run', '', 0o755)
  expect(refusal('electron')).toBeNull()
  write('chromium', '', 0o755)
  expect(findChromium({ PATH: folder })).toBe(join(folder, 'chromium'))
  expect(refusal('screens')).toBeNull()
})

test('no display and root are reasons not to open a window, on Linux only', () => {
  expect(windowRefusal({ platform: 'linux', env: {}, uid: 1000 })).toBe('there is no display here')
  expect(windowRefusal({ platform: 'linux', env: { DISPLAY: ':0' }, uid: 0 })).toMatch(/root/)
  expect(windowRefusal({ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' }, uid: 1000 })).toBeNull()
  expect(windowRefusal({ platform: 'darwin', env: {}, uid: 501 })).toBeNull()
})

test("Electron's installer is asked once; its refusal is remembered until it is forgotten", async () => {
  write('node_modules/electron/install.js', "require('fs').appendFileSync('asked', 'x'); process.exit(1)")
  const refused = { reason: "Electron's binary could not be fetched (npm run setup tries again)" }
  expect(await bringElectron(folder)).toEqual(refused)
  // What a later network would allow, were it asked.
  write(
    'node_modules/electron/install.js',
    "const { mkdirSync, writeFileSync } = require('fs'); mkdirSync('dist'); writeFileSync('dist/electron', ''); writeFileSync('path.txt', 'electron')",
  )
  expect(await bringElectron(folder)).toEqual(refused)
  forgetElectronRefusal(folder)
  expect(await bringElectron(folder)).toEqual({ binary: join(folder, 'node_modules/electron/dist/electron') })
})

test('an installer that hangs is ended', async () => {
  write('node_modules/electron/install.js', 'setInterval(() => {}, 1000)')
  expect(await bringElectron(folder, { idle: 1200 })).toHaveProperty('reason')
})

test('the build stamp changes with any source, its name or its text', () => {
  write('src/main/index.ts', 'one')
  const before = buildStamp(folder)
  expect(buildStamp(folder)).toBe(before)
  write('out/main/index.js', 'built')
  expect(buildStamp(folder)).toBe(before)
  write('src/main/index.ts', 'two')
  const after = buildStamp(folder)
  expect(after).not.toBe(before)
  write('src/main/other.ts', '')
  expect(buildStamp(folder)).not.toBe(after)
})

test('a failed build is told by the line that names the fault, without colours', () => {
  const said =
    'error during build:\nBuild failed with 1 error:\n\n\x1b[31m[UNRESOLVED_IMPORT] \x1b[0mCould not resolve ./a.ts in b.ts\n'
  expect(firstError(said)).toBe('[UNRESOLVED_IMPORT] Could not resolve ./a.ts in b.ts')
  expect(firstError('all went well')).toBeNull()
})
