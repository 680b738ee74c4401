// Alerts and forks in a real browser over the real app: a ruined run says what went wrong and what to change, and is forked from a checkpoint.
import { join } from 'node:path'
import { expect, expectAccessible, test, type Attune } from './attune.ts'

const tiny = join(import.meta.dirname, '..', 'parity', 'fixtures', 'tiny-llama')

/** A rate that ruins the tiny model within a few steps. */
const ruinous = {
  ...{ learning_rate: 0.1, steps: 24, probe_every: 2, sample_every: 8, sample_tokens: 16 },
  ...{ probe_sample_tokens: 8, checkpoint_every: 4, precision: 'float32' },
}

function furnish(attune: Attune): void {
  const rows = Array.from({ length: 81 }, (_, i) => {
    const [a, b] = [1 + (i % 9), 1 + Math.floor(i / 9)]
    return { prompt: `${a} cats and ${b} more?`, chosen: `${a}+${b}=${a + b}`, rejected: `${a}+${b}=${a + b + 1}, so` }
  })
  const file = attune.write('sums.jsonl', rows)
  attune.command('models', 'add', tiny, '--name', 'tiny')
  const settings = Object.entries(ruinous).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  attune.command('train', '--model', 'tiny', '--pairs', file, '--name', 'Ruined', ...settings)
}

test('what went wrong, its chart, and a fork from a checkpoint laid over its parent', async ({ page, attune }) => {
  test.setTimeout(600_000)
  furnish(attune)
  await attune.open('/runs')
  const mark = page.getByRole('img', { name: /alarms? .*stands?$|alarms? stands?$/ })
  await expect(mark).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Ruined' }).click()
  const alerts = page.getByRole('region', { name: 'Alerts' })
  const fall = alerts.getByRole('listitem').filter({ hasText: 'Chosen answers fall' }).first()
  await expect(fall).toContainText(/The chosen answers lost \d/)
  await expect(fall).toContainText('Chosen and rejected answers share much of their text')
  await expect(fall).toContainText(/since step \d+/)
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'light' })
  await alerts.getByRole('button', { name: 'Chosen, training pairs' }).first().click()
  await expect(page.locator('#gauge-degradation')).toBeFocused()
  await expect(page.locator('#gauge-degradation')).toBeInViewport()

  // Its next step is New run with the change in it.
  await expect(fall).toContainText('a higher beta (0.3 instead of 0.1)')
  await fall.getByRole('link', { name: /^Fork from/ }).click()
  await expect(page.getByRole('textbox', { name: /^Beta/ })).toHaveValue('0.3')
  const begins = page.getByLabel('Begins with')
  await expect(begins.getByRole('option')).toHaveText(['The model as it is', 'Step 20 of Ruined', 'Step 24 of Ruined'])
  await begins.selectOption('Step 20 of Ruined')
  await expect(page.getByText('from step 20', { exact: false }).first()).toBeVisible()
  const rank = page.getByRole('textbox', { name: 'LoRA rank' })
  await rank.fill('2')
  await expect(page.getByText(/The checkpoint was trained with lora_rank 8, so it cannot go on with 2/)).toBeVisible()
  await rank.fill('8')
  await page.getByRole('textbox', { name: /^Steps/ }).fill('4')
  await page.getByRole('textbox', { name: 'Name' }).fill('Gentler')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Start the run' }).click()

  await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText('from step 20 of Ruined, compare')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Where it began' })).toBeVisible()
  await page.getByRole('link', { name: 'compare', exact: true }).click()
  const table = page.getByRole('region', { name: 'In what they differ' })
  await expect(table.getByRole('row', { name: 'Begins with' })).toContainText('step 20 of run 1')
  await expect(page.locator('figure', { hasText: 'Chosen' }).first()).toBeVisible()
  await expectAccessible(page)
})
