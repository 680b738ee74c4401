// Pairs measured before training in a real browser: choose a model, measure, sort both ways, and a run without one end.
import { expect, expectAccessible, test } from './attune.ts'

// It starts a trainer twice.
test.setTimeout(300_000)

test('the sample pairs are measured, sorted, and a run leaves the highest out', async ({ page, attune }) => {
  await attune.open('/pairs')
  await page.getByRole('table', { name: 'Sets of pairs' }).getByRole('link').click()
  await page.getByLabel('Measured under').selectOption('Measured under starter')
  await expect(page.getByText('320 pairs to measure.')).toBeVisible()
  await expectAccessible(page)

  // Cancelled, what was measured stays.
  await page.getByRole('button', { name: 'Measure', exact: true }).click()
  await expect(page.getByRole('progressbar', { name: 'Measuring', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Measure', exact: true })).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('m')
  await expect(page.getByText('All 320 pairs measured.')).toBeVisible({ timeout: 120_000 })

  const rows = page.getByRole('listbox', { name: 'Pairs' }).getByRole('option')
  const values = async (column: number) =>
    (await rows.locator('.value').allTextContents())
      .filter((_, i) => i % 6 === column)
      .map((text) => Number(text.trim().replace('−', '-').replace('k', 'e3')))
  await page.getByRole('button', { name: 'CHES per length, sort by it' }).click()
  await expect(page.getByRole('button', { name: 'CHES per length, sorted from the highest down' })).toBeVisible()
  await expect(page.getByText('At the top: pairs most likely to displace their chosen answer.')).toBeVisible()
  await expect.poll(async () => (await values(1))[0]).toBeGreaterThan(1)
  const down = await values(1)
  expect(down.length).toBeGreaterThan(5)
  expect(down).toEqual(down.toSorted((a, b) => b - a))
  await expect(page.getByText('16 of 320 pairs, from')).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Edit distance, sort by it' }).click()
  await page.getByRole('button', { name: 'Edit distance, sorted from the highest down' }).click()
  await expect(page.getByText('At the top: pairs with the most text in common.')).toBeVisible()
  await expect.poll(async () => (await values(2))[0]).toBeLessThan(0.06)
  expect(page.url()).toContain('direction=up')

  // All of it is in the address.
  const address = page.url()
  await page.goto('about:blank')
  await page.goto(address)
  await rows.first().click()
  const detail = page.getByRole('region', { name: 'Pair', exact: true })
  await expect(detail.getByRole('heading', { name: 'Before training, under starter' })).toBeVisible()
  await expect(detail.getByText('nats/token').first()).toBeVisible()
  await expectAccessible(page)

  await page.getByLabel('The lowest', { exact: true }).fill('x')
  await expect(page.getByText('%: give a number from 0.1 to 99.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Train without these' })).toBeDisabled()
  await page.getByLabel('The lowest', { exact: true }).fill('25')
  await expect(page.getByText('80 of 320 pairs, from')).toBeVisible()
  await page.getByRole('link', { name: 'Train without these' }).click()
  await expect(page.getByRole('heading', { name: 'New run' })).toBeVisible()
  await expect(page.getByText('208', { exact: true })).toBeVisible()
})
