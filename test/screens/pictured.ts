// Pictures of a screen, to be looked at: SHOTS=FOLDER npx playwright test test/screens/x.test.ts
import type { Locator, Page } from '@playwright/test'

const looks = [
  [1280, 800, 'light'],
  [1280, 800, 'dark'],
  [900, 700, 'light'],
  [900, 700, 'dark'],
] as const

/** Takes a picture in each size and theme, with `shown` in sight, where the environment names a folder for them. */
export async function pictured(page: Page, name: string, shown?: Locator): Promise<void> {
  const folder = process.env.SHOTS
  if (!folder) return
  for (const [width, height, scheme] of looks) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme: scheme })
    await page.waitForTimeout(150) // Charts follow their new size.
    await shown?.scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png` })
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: 'light' })
}
