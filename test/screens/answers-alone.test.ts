// Answers alone, good or bad, as a person brings them in, reads them, marks them and trains on them.
import type { Page } from '@playwright/test'
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

const rows = Array.from({ length: 24 }, (_, i) => ({
  prompt: `Q: What is ${i} + 3?\n`,
  completion: `A: ${i} + 3 = ${i % 2 === 0 ? i + 3 : i + 5}.`,
  label: i < 20 ? i % 2 === 0 : null,
}))

const bar = (page: Page) => page.locator('.screen > header')

test('a file of good and bad answers is previewed, imported and read, each as one answer with its mark', async ({
  page,
  attune,
}) => {
  const file = attune.write('thumbs.jsonl', [...rows, { prompt: 'Q', completion: 'A', label: 'perhaps' }])
  await attune.open(`/pairs/import?file=${encodeURIComponent(file)}`)
  await expect(page.getByText('label is neither good nor bad (line 25)')).toBeVisible()
  await expect(page.getByLabel('Good or bad')).toHaveValue('label')
  await expect(page.getByLabel('Chosen answer')).toHaveCount(0)
  await expect(page.getByText('Rejected', { exact: true })).toHaveCount(0)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Import the other 24 answers' }).click()
  await expect(page.getByText(/^\s*24 answers imported into/)).toBeVisible()

  await page.getByRole('link', { name: 'Open thumbs' }).click()
  await expect(bar(page)).toContainText('24 answers, 10 good, 10 bad, 4 unlabelled')
  await page.getByLabel('Label').selectOption('Bad')
  await expect(page.getByText('10 answers of 24')).toBeVisible()
  await page.getByRole('listbox', { name: 'Answers' }).getByRole('option').first().click()
  const detail = page.getByRole('region', { name: 'Answer', exact: true })
  await expect(detail).toContainText('A: 1 + 3 = 6.')
  await expect(detail.getByText('Bad')).toHaveCount(2)
  await expect(detail.getByText('(empty)')).toHaveCount(0)
  await expect(detail.getByRole('button', { name: 'Difference' })).toHaveCount(0)
  await expectAccessible(page)

  await page.goto(new URL('/pairs', page.url()).href)
  await expect(page.getByRole('row').filter({ hasText: 'thumbs' })).toContainText('10 good, 10 bad')
})

test('answers are called good or bad by keyboard, and a run on them is told in these words', async ({
  page,
  attune,
}) => {
  attune.command('pairs', 'import', attune.write('thumbs.jsonl', rows), '--set', 'thumbs')
  await attune.open('/annotate')
  await page.getByRole('link', { name: 'thumbs' }).click()
  await expect(bar(page)).toContainText('20 of 24 answers labelled')
  await expect(page.getByRole('region', { name: 'Answer', exact: true })).toContainText('A: 20 + 3 = 23.')
  await expect(page.getByRole('heading', { name: 'Answer 2' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Tie' })).toHaveCount(0)
  await expectAccessible(page)
  await page.keyboard.press('1')
  await expect(page.getByText('Last: Good')).toBeVisible()
  await page.keyboard.press('2')
  await expect(page.getByText('Last: Bad')).toBeVisible()
  await expect(bar(page)).toContainText('22 of 24 answers labelled')
  await page.keyboard.press('u')
  await expect(bar(page)).toContainText('21 of 24 answers labelled')
  await page.getByRole('button', { name: 'Bad' }).click()
  await page.keyboard.press('1')
  await page.getByRole('button', { name: 'Skip' }).click()
  await expect(page.getByText('Every answer is labelled')).toBeVisible()
  await expect(page.getByText('thumbs has 12 good and 11 bad answers.')).toBeVisible()

  await page.getByRole('link', { name: 'Start a run on it' }).click()
  await expect(page.getByLabel('Method', { exact: true })).toHaveValue('kto')
  await page.getByLabel('Method', { exact: true }).selectOption('DPO')
  await expect(page.getByText('DPO learns from pairs, and this set holds answers alone')).toBeVisible()
  await page.getByLabel('Method', { exact: true }).selectOption('KTO')
  await page.getByLabel('Steps', { exact: true }).fill('8')
  await page.getByRole('button', { name: 'Start the run' }).click()
  await expect(bar(page)).toContainText('Finished', { timeout: 120_000 })
  await expect(page.getByText(/^The bad answers /).first()).toBeVisible()
  await expect(page.getByText('Likelihood plane')).toHaveCount(0)
  await expect(page.getByRole('heading', { name: 'Answer by answer' })).toBeVisible()
  await expectAccessible(page)

  // Its prompts are answered and judged; there is no second answer to compare a likelihood with.
  await page.getByRole('link', { name: 'Evaluate', exact: true }).first().click()
  await page.getByRole('link', { name: 'New evaluation' }).first().click()
  await page.getByLabel('Pairs', { exact: true }).selectOption('thumbs · 12 good and 11 bad answers')
  await expect(page.getByLabel('Score both answers of each pair')).toBeDisabled()
  await page.getByLabel('Judge', { exact: true }).selectOption('checker:exact-match')
  await page.getByLabel('Longest answer').fill('8')
  await expectAccessible(page)
  await pictured(page, 'alone-form')
  await page.getByRole('button', { name: 'Start the evaluation' }).click()
  await expect(page.getByText('Pass rate').first()).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText(/^23 answers of thumbs; exact-match, greedy/)).toBeVisible()
  await pictured(page, 'alone-result')
})
