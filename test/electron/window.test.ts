// The Electron window, where its binary can be had: it opens, speaks to the app, and keeps its walls.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron as electron, expect, test } from '@playwright/test'

const root = resolve(import.meta.dirname, '../..')

test('the window opens on the app, sandboxed', async () => {
  const home = mkdtempSync(join(tmpdir(), 'attune-electron-'))
  const app = await electron.launch({
    args: [root],
    cwd: root,
    env: { ...process.env, ATTUNE_HOME: home } as Record<string, string>,
  })
  try {
    const window = await app.firstWindow()
    await expect(window.getByRole('link', { name: 'Pairs' })).toBeVisible()
    expect(window.url()).toMatch(/^attune:\/\/app\//)
    // No Node in the page, and no Electron either: only the letter slot.
    expect(await window.evaluate(() => ['require', 'process', 'attune'].map((name) => name in globalThis))).toEqual([
      false,
      false,
      true,
    ])
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>
      }
      const { contextIsolation, sandbox, nodeIntegration } = contents.getLastWebPreferences()
      return { contextIsolation, sandbox, nodeIntegration }
    })
    expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false })
  } finally {
    await app.close()
    rmSync(home, { recursive: true, force: true })
  }
})
