// How the list of a large set feels in the real window.
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { findChromium } from '../../setup/browser.mjs'
import { buildApp } from '../../setup/build.mjs'
import { appOn, ask, temporaryHome } from '../bench-home.ts'
import { overRounds, quantileFigures, type Figure, type Measured } from '../figures.ts'
import { scrollList, searchList } from '../list-in-page.ts'
import { SEARCHES, writeManyPairs } from '../many-pairs.ts'
import { serveHome } from '../served-app.ts'

/** Height of a row in pixels: renderer/screens/pairs/SetScreen.svelte. */
const ROW = 52
/** Rows a frame and frames: a long steady scroll, 180 rows a second, and a fling. */
const PACES = { 'steady, 3 rows a frame': [3, 800], 'fling, 20 rows a frame': [20, 150] } as const
// As playwright.config.ts.
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
const launch = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...quiet, '--disable-component-update']

/**
 * Imports 100,000 pairs, opens their list in a headless Chromium of 1440 by 900 over `serve`, and scrolls some thousand rows down
 * from the top at two paces: milliseconds from frame to frame (16.7 is a screen's own pace), the share of frames in which rows
 * were still to come, and how long those take to come at the end. Then milliseconds from a text in the search box to its rows
 * on the screen, of which the box waits 150 for the next key. Skipped where there is no Chromium.
 */
export async function measureScroll(): Promise<Measured> {
  const executablePath = findChromium()
  if (executablePath === null) return { skipped: 'no Chromium or Chrome was found (on Debian: apt install chromium)' }
  const home = temporaryHome()
  const set = await filledSet(home)
  await buildApp(join(import.meta.dirname, '..', '..'))
  const served = await serveHome(home)
  const browser = await chromium.launch({ executablePath, args: launch })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(served.link)
    await page.waitForURL((url) => !url.search.includes('token'))
    await page.goto(new URL(`/pairs/${set}`, served.link).href)
    await page.getByText('100,000 pairs', { exact: true }).waitFor()
    const figures = [...(await scrollFigures(page)), ...(await searchFigures(page))]
    return { figures, note: `Chromium ${browser.version()}, headless, drawing on the CPU` }
  } finally {
    await browser.close()
    await served.close()
  }
}

async function filledSet(home: string): Promise<number> {
  const file = join(home, 'many.jsonl')
  writeManyPairs(file)
  const app = await appOn(home)
  const { set } = await ask(app, 'pairs.import', { file, set: 'many' })
  await app.close()
  return set.id
}

async function scrollFigures(page: Page): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, [rows, count]] of Object.entries(PACES)) {
    const { frames, waiting, settled } = await page.evaluate(scrollList, { pixels: rows * ROW, count })
    figures.push(
      ...quantileFigures(`${name}: frame`, 'ms', frames),
      { name: `${name}: frames with rows to come`, unit: '%', value: (100 * waiting) / frames.length },
      { name: `${name}: rows there after the end`, unit: 'ms', value: settled },
    )
  }
  return figures
}

async function searchFigures(page: Page): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [kind, texts] of Object.entries(SEARCHES)) {
    const times: number[] = []
    for (const text of texts) {
      times.push(await page.evaluate(searchList, text))
      await page.evaluate(searchList, '')
    }
    figures.push(overRounds(`search for ${kind}`, 'ms', times))
  }
  return figures
}
