// Numbers that come with pairs, as a person brings them in, reads them and lets a run learn by them.
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

const rows = Array.from({ length: 8 }, (_, i) => ({
  prompt: `Q: What is ${i} + 3?\n`,
  chosen: `A: ${i} + 3 = ${i + 3}.`,
  rejected: `A: ${i} + 3 = ${i + 5}.`,
}))
const rated = rows.map((row, i) => ({ ...row, score_chosen: 8.5, score_rejected: i, margin: (i + 1) / 4 }))

test('a file with a margin and scores is previewed and imported with them, and each pair tells its own', async ({
  page,
  attune,
}) => {
  const file = attune.write('rated.jsonl', [...rated, { ...rows[0], prompt: 'Q', margin: 'large' }])
  await attune.open(`/pairs/import?file=${encodeURIComponent(file)}`)
  await expect(page.getByLabel('Margin')).toHaveValue('margin')
  await expect(page.getByLabel('Score of chosen')).toHaveValue('score_chosen')
  await expect(
    page.getByText('margin is "large", which is no number between -1,000,000 and 1,000,000 (line 9)'),
  ).toBeVisible()
  const first = page.getByRole('region', { name: 'First rows' }).getByRole('article').first()
  await expect(first).toContainText('score 8.5, margin 0.25')
  await expect(first).toContainText('score 0')
  await expectAccessible(page)
  await pictured(page, 'numbers-import')
  // None of it: the row is good then, and the column one of the others.
  await page.getByLabel('Margin').selectOption('None')
  await expect(page.getByRole('button', { name: 'Import 9 pairs' })).toBeVisible()
  await expect(first).not.toContainText('margin 0.25')
  await expect(page.getByLabel('Score of chosen')).toHaveValue('score_chosen')
  await page.reload()
  await expect(page.getByLabel('Margin')).toHaveValue('')
  await page.getByLabel('Margin').selectOption('margin')
  await page.getByRole('button', { name: 'Import the other 8 pairs' }).click()
  await page.getByRole('link', { name: 'Open rated' }).click()
  await page.getByRole('listbox', { name: 'Pairs' }).getByRole('option').nth(3).click()
  const detail = page.getByRole('region', { name: 'Pair', exact: true })
  await expect(detail).toContainText('margin 1')
  await expect(detail).toContainText('writer unknown, score 8.5')
  await expect(detail).toContainText('writer unknown, score 3')
  await pictured(page, 'numbers-pair')
})

test('a run is told to learn by them in the form; a set without is refused there, with the count', async ({
  page,
  attune,
}) => {
  attune.command('pairs', 'import', attune.write('rated.jsonl', rated), '--set', 'rated')
  attune.command(
    'pairs',
    'import',
    attune.write('half.jsonl', [...rated.slice(3), ...rows.slice(0, 3)]),
    '--set',
    'half',
  )
  await attune.open('/runs/new?method=simpo&model=starter&set=half')
  await expect(page.getByLabel('Scale of numbers')).toBeHidden()
  await page.getByLabel('Strength of labels').selectOption('number-margin')
  await page.getByLabel('Scale of numbers').fill('0.5')
  await expect(page.getByLabel('Margin of a strong label')).toBeHidden()
  await expect(page.getByText('3 of 8 pairs have no number').first()).toBeVisible()
  await expectAccessible(page)
  await pictured(page, 'numbers-refused', page.getByLabel('Scale of numbers'))
  await attune.open(
    `/runs/new?method=simpo&model=starter&set=rated&settings=${encodeURIComponent('{"label_strength":"number-weight"}')}`,
  )
  await expect(page.getByLabel('Strength of labels')).toHaveValue('number-weight')
  await expect(page.getByLabel('Scale of numbers')).toBeHidden()
  await expect(page.getByText('have no number')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Start the run' })).toBeEnabled()
})
