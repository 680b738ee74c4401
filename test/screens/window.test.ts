// The window's frame in a real browser over the real app: palette, keys, addresses, themes, narrow windows, models, settings.
import type { Page } from '@playwright/test'
import { expect, expectAccessible, test } from './attune.ts'

const list = (page: Page) => page.getByRole('listbox', { name: 'Pairs' })

test('first start: the sample is here, and every screen is reached by keyboard', async ({ page, attune }) => {
  await attune.open('/')
  await expect(page.getByRole('link', { name: 'sample', exact: false }).first()).toBeVisible()
  await expect(page).toHaveURL(/\/pairs$/)
  for (const [key, title] of [
    ['Alt+2', 'Annotate'],
    ['Alt+3', 'Models'],
    ['Alt+4', 'Runs'],
    ['Alt+5', 'Evaluate'],
    ['Alt+7', 'Lab'],
    ['Alt+8', 'Settings'],
    ['Alt+1', 'Pairs'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
    await expect(page).toHaveTitle(`${title} · Attune`)
  }
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings')
  await page.goForward()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pairs')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('annotate sam')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('sample')
  await expect(page).toHaveURL(/\/annotate\/\d+\?queue=all/)
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keys of this screen' })
  await expect(sheet).toContainText('Answer 1 is much better')
  // The sheet is above the screen: its keys are off.
  await page.keyboard.press('1')
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await page.keyboard.press('u')
  await expect(page.getByText('There is nothing left to undo.')).toBeVisible()
})

test('a theme is kept, and no screen breaks a rule of WCAG in either', async ({ page, attune }) => {
  await attune.open('/settings')
  await page.getByRole('radio', { name: 'Dark' }).click()
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const dark = await ground()
  // The doctor's table, so that it is looked at as well.
  await expect(page.getByRole('table', { name: 'This machine' })).toContainText('TensorFlow')
  await expectAccessible(page)
  await page.reload()
  await expect.poll(ground).toBe(dark)
  for (const theme of ['dark', 'light']) {
    for (const path of [
      '/pairs',
      '/pairs/1?pair=1',
      '/pairs/import',
      '/annotate',
      '/annotate/1',
      '/models',
      '/evaluate',
      '/evaluate?new=1&checker=contains',
      '/models?add=1',
    ]) {
      await attune.open(path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expectAccessible(page)
    }
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('option').first()).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.type('light theme')
    await page.keyboard.press('Enter')
    if (theme === 'dark') await expect.poll(ground).not.toBe(dark)
  }
})

test('in a narrow window the detail slides over the list, and the list is kept', async ({ page, attune }) => {
  await page.setViewportSize({ width: 900, height: 700 })
  await attune.open('/pairs/1')
  const detail = page.getByRole('region', { name: 'Pair', exact: true })
  await expect(list(page).getByRole('option').first()).toBeVisible()
  await expect(detail).toBeHidden()
  await list(page).getByRole('option').nth(2).click()
  await expect(detail).toBeVisible()
  await expect(list(page).getByRole('option', { selected: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(detail).toBeHidden()
  await page.goBack()
  await expect(detail).toBeVisible()

  await attune.open('/annotate/1')
  await expect(page.getByRole('heading', { name: /^Prompt of pair/ })).toBeVisible()
  await page.keyboard.press('Shift+1')
  await expect(page.getByText('Last: Answer 1 is much better')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Redo' })).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('region', { name: 'Answer 2' })).toBeInViewport({ ratio: 1 })
})

test('the width of a list is set by keyboard and remembered', async ({ page, attune }) => {
  await attune.open('/pairs/1')
  const grip = page.getByRole('separator', { name: 'Width of the list' })
  const before = Number(await grip.getAttribute('aria-valuenow'))
  await grip.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(grip).toHaveAttribute('aria-valuenow', String(before - 32))
  // Long enough to be stored.
  await page.waitForTimeout(600)
  await page.reload()
  await expect(grip).toHaveAttribute('aria-valuenow', String(before - 32))
})

test('a set is renamed, and removed only after its size was told', async ({ page, attune }) => {
  await attune.open('/pairs')
  await page.getByRole('button', { name: 'Actions for sample' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByLabel('Name', { exact: true }).fill('kept')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Actions for kept' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  const question = page.getByRole('dialog', { name: 'Remove kept?' })
  await expect(question).toContainText(/\d+ pairs and all their labels are deleted/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('link', { name: 'kept' })).toBeVisible()
  await page.getByRole('button', { name: 'Actions for kept' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await question.getByRole('button', { name: /^Remove \d+ pairs$/ }).click()
  await expect(page.getByText('No pairs yet')).toBeVisible()
})

test('the starter model is told in figures; a place without a model is refused in one line', async ({
  page,
  attune,
}) => {
  await attune.open('/models')
  await page.getByRole('link', { name: /starter/ }).click()
  const detail = page.getByRole('region', { name: 'Model', exact: true })
  await expect(detail).toContainText(/About [\d.]+ [MG]B of memory/)
  await expect(detail).toContainText('256 tokens')
  await page.keyboard.press('n')
  await page.getByLabel('Folder or file').fill('/no/such/folder')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('/no/such/folder: There is no such file or folder')
  await expectAccessible(page)
})
