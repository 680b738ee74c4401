// Pairs sampled from the starter model in a real browser: the form, a sampling that is cancelled, one that fails, one whose pairs are read.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectAccessible, test } from './attune.ts'

test('answers of the starter model become pairs that can be read and trained on', async ({ page, attune }) => {
  await attune.open('/pairs')
  await page.getByRole('link', { name: 'Sample pairs', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Sample 1,276 answers' })).toBeEnabled()
  await expect(page.getByText('Q: Max has 35 books').first()).toBeVisible()
  await page.getByLabel('Answers', { exact: true }).fill('1')
  await expect(page.getByText('A whole number from 2 to 64.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sample answers' })).toBeDisabled()
  await page.getByLabel('Answers', { exact: true }).fill('4')
  await page.getByLabel('At most', { exact: true }).fill('24')
  await page.getByLabel('Longest answer').fill('48')
  await expectAccessible(page)

  // Cancelled, it leaves nothing and the form is as it was.
  await page.getByRole('button', { name: 'Sample 96 answers' }).click()
  await expect(page.getByRole('progressbar', { name: 'Sample pairs into answers of starter' }).first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('No pair was stored.')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Back to the form' }).click()

  await page.getByLabel('Set', { exact: true }).last().fill('own')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('progressbar', { name: 'Sample pairs into own' }).first()).toBeVisible()
  // It goes on while another screen is looked at, and its address leads back.
  const address = page.url()
  await page.getByRole('link', { name: 'Models' }).click()
  await page.goto(address)
  await expect(page.getByText(/^24 prompts, 96 answers, \d+ pairs; /)).toBeVisible({ timeout: 90_000 })
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Open the set' }).click()
  await page.getByRole('listbox', { name: 'Pairs' }).getByRole('option').first().click()
  const detail = page.getByRole('region', { name: 'Pair', exact: true })
  await expect(detail).toContainText('by starter, score 1')
  await expect(detail).toContainText('by starter, score 0')
  await expect(detail.getByRole('row', { name: 'Checker arithmetic-answer' })).toBeVisible()
  await expect(detail.getByRole('row', { name: 'Longest answer 48' })).toBeVisible()
  await expect(detail).toContainText('Chosen by its score when it was sampled')
  await expectAccessible(page)
})

test('prompts of a file by hand; what cannot be is said where it is', async ({ page, attune }) => {
  const file = join(attune.home, 'prompts.txt')
  writeFileSync(
    file,
    'Q: Max has 35 books and finds 3 more. How many now?\nA:\nQ: Ana has 8 pens and loses 2. How many are left?\n',
  )
  await attune.open('/pairs/sample?from=file&file=nowhere.txt')
  await expect(page.getByRole('alert')).toContainText('nowhere.txt: There is no such file')
  await page.getByLabel('File of prompts').setInputFiles(file)
  await expect(page.getByText('3 prompts of 3 come without an expected answer')).toBeVisible()
  await page.getByRole('combobox', { name: 'Checker' }).selectOption('Length')
  await page.getByLabel('At most', { exact: true }).last().fill('x')
  await expect(page.getByText('A whole number from 1 to 100000.')).toBeVisible()
  await page.getByLabel('At most', { exact: true }).last().fill('')

  // A checker without a bound is refused by the checker itself.
  await page.getByLabel('Longest answer').fill('24')
  await page.getByRole('button', { name: 'Sample 12 answers' }).click()
  await expect(page.getByRole('alert')).toContainText('Checker length needs at_least, at_most or both.', {
    timeout: 60_000,
  })
  await page.getByRole('button', { name: 'Back to the form' }).click()
  await page.getByRole('radio', { name: 'By hand' }).click()
  await page.getByRole('button', { name: 'Sample 12 answers' }).click()
  await expect(page.getByText(/^3 prompts, 12 answers, \d+ pairs/)).toBeVisible({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Annotate', exact: true }).last().click()
  await expect(page.getByRole('heading', { name: /^Prompt of pair/ })).toBeVisible()
})
