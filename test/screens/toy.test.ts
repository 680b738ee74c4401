// The lab in a real browser over the real app: a run watched, stopped and walked through, a grid, the paper's figures, and refusals.
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

test('a run: the table starts at the scenario, moves, and goes back through time', async ({ page, attune }) => {
  await attune.open('/lab')
  const table = page.getByRole('table', { name: 'Probability of each response to each prompt' })
  await expect(page.getByText('Press Run:', { exact: false })).toBeVisible()
  await expect(table.getByRole('row')).toHaveCount(6)
  await expectAccessible(page)
  await pictured(page, 'toy-empty')

  await page.getByLabel('Width', { exact: false }).fill('32')
  await page.getByLabel('Learning rate').fill('1e-3')
  await page.getByLabel('Steps', { exact: false }).fill('600')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(page.getByText(/600 steps in \d+\.\d s, seed 0/)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('Chosen peaks at', { exact: false })).toBeVisible()
  // At the end rejected and never-seen columns are empty.
  await expect(table.getByTitle('x0, y4, rejected', { exact: false })).toHaveText('0.00, rejected')
  const slider = page.getByRole('slider', { name: 'Step' })
  await slider.focus()
  await page.keyboard.press('Home')
  for (const [title, text] of [
    ['x0, y0, chosen: 0.120', '0.12, chosen'],
    ['x0, y1, chosen of another prompt: 0.120', '0.12'],
    ['x3, y9, in no pair: 0.010', '0.01'],
  ] as const)
    await expect(table.getByTitle(title)).toHaveText(text)
  await expect(page.getByText('π(y|x), step 0 of 600')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText('π(y|x), step 3 of 600')).toBeVisible()
  await page.keyboard.press('End')
  await expectAccessible(page)
  await pictured(page, 'toy-run')

  // Everything is in the address, and a change says that what is shown is older.
  expect(JSON.parse(new URL(page.url()).searchParams.get('settings') ?? '')).toEqual({
    ...{ width: 32, learning_rate: 1e-3, steps: 600 },
  })
  await page.getByLabel('Scenario').selectOption('4')
  await expect(page.getByText('The settings have changed since.')).toBeVisible()
  await page.getByLabel('Model', { exact: true }).selectOption('tabular')
  await expect(page.getByLabel('Width', { exact: false })).toBeHidden()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('None: unseen mass never rises', { exact: false })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('None: chosen ends at', { exact: false })).toBeVisible()
})

test('a long run is stopped at once, and what is wrong is said at its setting', async ({ page, attune }) => {
  await attune.open('/lab?settings=%7B%22steps%22%3A1000000%7D')
  const run = page.getByRole('button', { name: 'Run' })
  await run.click()
  await expect(page.getByText(/running, step/).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('progressbar', { name: 'The run of the toy' })).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(run).toBeEnabled()
  await expect(page.getByText(/running, step/)).toHaveCount(0)

  await page.getByLabel('Prompts', { exact: false }).fill('5')
  await expect(page.getByRole('alert')).toHaveText(/5 prompts need more than 10 responses, got 10/)
  await expect(run).toBeDisabled()
  await page.getByLabel('Responses', { exact: false }).fill('12')
  await page.getByLabel('Seed').fill('-1')
  await expect(page.getByRole('alert')).toHaveText('A whole number from 0')
  await page.getByLabel('Seed').fill('0')
  await page.getByLabel('Method', { exact: true }).selectOption('IPO on sums')
  await page.getByLabel('Optimiser').selectOption('sgd')
  await page.getByLabel('Learning rate').fill('100')
  await run.click()
  await expect(page.getByRole('alert')).toHaveText(/left the range of float64 at step \d+.*Lower the learning rate/, {
    timeout: 60_000,
  })
  await expectAccessible(page)
  await pictured(page, 'toy-wrong')
})

test('a grid tells medians and ranges', async ({ page, attune }) => {
  await attune.open('/lab?view=grid&settings=%7B%22steps%22%3A300%2C%22width%22%3A16%7D')
  await page.getByRole('textbox', { name: 'Seeds' }).fill('3')
  await page.getByLabel('Vary', { exact: true }).selectOption('Model')
  await expect(page.getByLabel('Values').first()).toHaveValue('tabular, mlp, transformer')
  await page.getByLabel('Values').first().fill('tabular, mlpp')
  await expect(page.getByRole('alert')).toHaveText(/"mlpp" is not a choice/)
  await page.getByLabel('Values').first().fill('mlp, transformer')
  await page.getByLabel('And vary').selectOption('Scenario')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(page.getByText('Medians over 3 seeds', { exact: false })).toBeVisible({ timeout: 60_000 })
  const rows = page.getByRole('region', { name: 'Summary of the grid' }).getByRole('row')
  await expect(rows).toHaveCount(9)
  await expect(rows.nth(1)).toContainText('mlp')
  await expect(rows.nth(1)).toContainText(' to ')
  await expectAccessible(page)
  await pictured(page, 'toy-grid')
})

test('the paper’s figures stand beside ours, marked as the paper’s', async ({ page, attune }) => {
  await attune.open('/lab?view=paper&settings=%7B%22width%22%3A16%7D')
  const theirs = page.getByRole('table', { name: 'The paper’s Fig. 1' })
  await expect(theirs.getByTitle('x1, y1, chosen: 0.650')).toHaveText('0.65, chosen')
  await expect(page.getByText('read by eye, to about 0.01', { exact: false })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Run' }).click()
  const peaks = page.getByRole('row', { name: /^Chosen, peak/ })
  await expect(peaks).toHaveCount(4)
  await expect(peaks.first()).toContainText('0.585 at 1000')
  await expect(peaks.last().getByRole('cell').nth(1)).toHaveText(/^0\.\d+ at \d+$/, { timeout: 60_000 })
  await expect(page.getByText('Ours, step 500')).toBeVisible()
  await expectAccessible(page)
  await pictured(page, 'toy-paper')
  await pictured(page, 'toy-paper-end', page.getByRole('heading', { name: 'Fig. 2 middle', exact: false }))
})
