import { defineConfig } from '@playwright/test'
import { findChromium } from './setup/browser.mjs'

// The machine's own Chromium, kept from calling home; its sandbox cannot run as root.
const args = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export default defineConfig({
  testMatch: '**/*.test.ts',
  outputDir: 'test-results',
  timeout: 180_000,
  expect: { timeout: 15_000 },
  workers: 1, // each screen test starts a trainer: two would share the same cores
  use: { trace: 'retain-on-failure', viewport: { width: 1440, height: 900 } },
  projects: [
    {
      name: 'screens',
      testDir: 'test/screens',
      use: { browserName: 'chromium', launchOptions: { executablePath: findChromium() ?? undefined, args } },
    },
    { name: 'electron', testDir: 'test/electron' },
  ],
})
