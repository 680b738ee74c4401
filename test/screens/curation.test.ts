// Pairs and Annotate in a real browser over the real app: real pairs come in, are read, labelled by keyboard, taken back.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, expectAccessible, test, type Attune } from './attune.ts'

const real = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'gsm8k-200.jsonl'), 'utf8')
  .trim()
  .split('\n')

function written(attune: Attune, name: string, lines: readonly string[]): string {
  const file = join(attune.home, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** Real answers without a preference. */
function unlabelled(count: number): string[] {
  return real.slice(0, count).map((line) => {
    const { prompt, chosen, rejected } = JSON.parse(line) as Record<string, string>
    return JSON.stringify({ prompt, response_a: chosen, response_b: rejected })
  })
}

const bar = (page: Page) => page.locator('.screen > header')
const list = (page: Page) => page.getByRole('listbox', { name: 'Pairs' })
const prompt = (page: Page) => page.getByRole('heading', { name: /^Prompt of pair/ })

test('a file with broken rows is previewed, the rest imported, searched and read', async ({ page, attune }) => {
  const broken = [
    '{"prompt": "no rejected", "chosen": "x"}',
    'not json',
    '{"prompt": "p", "chosen": "x", "rejected": "x"}',
  ]
  const file = written(attune, 'real.jsonl', [...real, ...broken])
  await attune.open('/pairs')
  await page.getByRole('link', { name: 'Import pairs' }).click()
  await page.getByLabel('File of pairs', { exact: true }).setInputFiles(file)
  await expect(page.getByText('3 of 203 rows were refused')).toBeVisible()
  await page.getByRole('radio', { name: /Refused/ }).click()
  await expect(page.getByRole('row').filter({ hasText: '201' })).toContainText('rejected')
  await expectAccessible(page)
  await page.getByLabel('Set', { exact: true }).fill('real')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('heading', { name: 'Imported' })).toBeVisible()
  await expect(page.getByText(/^\s*200 pairs imported into/)).toBeVisible()

  await page.getByRole('link', { name: 'Open real' }).click()
  await expect(list(page).getByRole('option')).not.toHaveCount(0)
  await page.keyboard.press('/')
  await page.keyboard.type('sprints')
  await expect(page.getByText(/^\d+ pairs? of 200$/)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowDown')
  const detail = page.getByRole('region', { name: 'Pair', exact: true })
  await expect(detail).toContainText('James decides to run 3 sprints')
  await expect(detail.locator('mark').first()).toBeVisible()
  await page.keyboard.press('d')
  await expect(detail.locator('mark')).toHaveCount(0)
  await expectAccessible(page)

  // What is seen is in the address.
  const address = page.url()
  expect(address).toContain('text=sprints')
  expect(address).toMatch(/pair=\d+/)
  await page.goto('about:blank')
  await page.goto(address)
  await expect(detail).toContainText('James decides to run 3 sprints')
  await expect(list(page).getByRole('option').first()).toContainText('sprints')
})

test('a name that is no column is mapped by hand', async ({ page, attune }) => {
  const odd = real.slice(0, 5).map((line) => {
    const { prompt, chosen, rejected } = JSON.parse(line) as Record<string, string>
    return JSON.stringify({ task: prompt, good: chosen, poor: rejected })
  })
  const file = written(attune, 'odd.jsonl', odd)
  await attune.open(`/pairs/import?file=${encodeURIComponent(file)}`)
  await expect(page.getByText('5 of 5 rows were refused')).toBeVisible()
  await page.getByLabel('Prompt', { exact: true }).selectOption('task')
  await page.getByLabel('Chosen answer').selectOption('good')
  await page.getByLabel('Rejected answer').selectOption('poor')
  await expect(page.getByText('All 5 rows can be imported.')).toBeVisible()
  await page.getByRole('button', { name: 'Import 5 pairs' }).click()
  await expect(page.getByText(/^\s*5 pairs imported into/)).toBeVisible()
})

test('twenty pairs are labelled by keyboard, taken back and brought back', async ({ page, attune }) => {
  attune.command('pairs', 'import', written(attune, 'bare.jsonl', unlabelled(24)), '--set', 'bare')
  await attune.open('/annotate')
  await page.getByRole('link', { name: 'bare' }).click()
  await expect(bar(page)).toContainText('0 of 24 pairs labelled')
  const first = await prompt(page).textContent()

  const keys = ['1', '2', 'Shift+1', 'Shift+2', '0', 'b', 's']
  for (let i = 0; i < 20; i++) {
    const before = await prompt(page).textContent()
    await page.keyboard.press(keys[i % keys.length] ?? '1')
    await expect(prompt(page)).not.toHaveText(before ?? '')
  }
  await expect(bar(page)).toContainText('20 of 24 pairs labelled')
  await expect(page.getByRole('radio', { name: /Skipped 2/ })).toBeVisible()
  await expectAccessible(page)

  for (let i = 20; i > 0; i--) {
    await page.keyboard.press(i % 2 === 0 ? 'u' : 'Control+z')
    await expect(bar(page)).toContainText(`${i - 1} of 24 pairs labelled`)
  }
  await expect(prompt(page)).toHaveText(first ?? '')
  await page.keyboard.press('u')
  await expect(page.getByText('There is nothing left to undo.')).toBeVisible()
  await page.keyboard.press('Shift+U')
  await page.keyboard.press('Control+Shift+Z')
  await expect(bar(page)).toContainText('2 of 24 pairs labelled')
  await expect(page.getByText('Last: Answer 2 is better')).toBeVisible()

  // The sitting is in the store and the place in the address.
  const at = `Prompt of pair ${Number(first?.split(' ').at(-1)) + 2}`
  await expect(prompt(page)).toHaveText(at)
  await page.reload()
  await expect(bar(page)).toContainText('2 of 24 pairs labelled')
  await expect(prompt(page)).toHaveText(at)
})

test('an edit is chosen over the answer it was made from, and the last pair ends the queue', async ({
  page,
  attune,
}) => {
  attune.command('pairs', 'import', written(attune, 'bare.jsonl', unlabelled(2)), '--set', 'bare')
  await attune.open('/annotate')
  await page.getByRole('link', { name: 'bare' }).click()
  const original = await page.getByRole('region', { name: 'Answer 2' }).locator('.answer').textContent()
  await page.keyboard.press('Shift+E')
  const box = page.getByLabel('Text of answer 2')
  await expect(box).toBeFocused()
  // Keys are text here, not verdicts.
  await box.press('Control+End')
  await page.keyboard.type(' 12 b s u')
  await expect(bar(page)).toContainText('0 of 2 pairs labelled')
  await page.keyboard.press('Control+Enter')
  await expect(bar(page)).toContainText('1 of 2 pairs labelled')
  await page.keyboard.press('0')
  await expect(page.getByText('Every pair is labelled')).toBeVisible()
  await expect(page.getByText('2 verdicts in this sitting.')).toBeVisible()
  await expectAccessible(page)

  await page.goto(page.url().replace('/annotate/', '/pairs/'))
  await page.getByLabel('Label', { exact: true }).selectOption('chosen')
  await list(page).getByRole('option').first().click()
  const answers = page.getByRole('region', { name: 'Pair', exact: true }).locator('.answers .answer')
  await expect(answers.nth(0)).toHaveText(`${original} 12 b s u`)
  await expect(answers.nth(1)).toHaveText(original ?? '')
  await expect(page.getByText('edited; the edit is preferred')).toBeVisible()
})

test('a set of 100,000 pairs is a list like any other', async ({ page, attune }) => {
  const rows = Array.from({ length: 100_000 }, (_, i) =>
    JSON.stringify({ prompt: `Number ${i}?`, chosen: `It is ${i}.`, rejected: `It is ${i + 1}, I think.` }),
  )
  attune.command('pairs', 'import', written(attune, 'long.jsonl', rows), '--set', 'long')
  await attune.open('/pairs')
  await page.getByRole('link', { name: 'long' }).click()
  await expect(page.getByText('100,000 pairs', { exact: true })).toBeVisible()
  await expect(list(page).getByRole('option').first()).toContainText('Number 0?')
  expect(await list(page).getByRole('option').count()).toBeLessThan(60)
  await list(page).focus()
  await page.keyboard.press('End')
  await expect(list(page).getByRole('option', { selected: true })).toContainText('Number 99999?')
  await page.keyboard.press('ArrowUp')
  await expect(page.getByRole('region', { name: 'Pair', exact: true })).toContainText('Number 99998?')
  await page.keyboard.press('PageUp')
  await expect(list(page).getByRole('option', { selected: true })).not.toContainText('Number 99998?')
  await list(page).evaluate((box) => box.scrollTo({ top: box.scrollHeight / 2 }))
  await expect(list(page).getByRole('option').filter({ hasText: 'Number 50000?' })).toBeVisible()
  expect(await list(page).getByRole('option').count()).toBeLessThan(60)
})
