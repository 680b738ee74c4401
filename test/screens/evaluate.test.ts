// Evaluate in a real browser over the real app: the starter model against a run of it, cancelled, failed, removed, side by side.
import { expect, expectAccessible, test } from './attune.ts'

test('two policies on the same items, from the form to the answers next to each other', async ({ page, attune }) => {
  attune.command(
    ...['train', '--model', 'starter', '--pairs', 'sample', '--name', 'Tuned', '--steps', '6'],
    ...[
      '--set',
      'learning_rate=0.01',
      '--set',
      'probe_samples=2',
      '--set',
      'probe_pairs=4',
      '--set',
      'sample_prompts=1',
    ],
  )
  await attune.open('/evaluate')
  await expect(page.getByRole('heading', { name: 'No evaluation yet' })).toBeVisible()
  await expectAccessible(page)

  // The run is offered first; the model it began from is what it is compared against.
  await expect(page.getByLabel('Evaluate', { exact: true })).toHaveValue('run:1')
  await page.getByLabel('Against').selectOption('starter')
  await page.getByLabel('Of these').selectOption('Held out of Tuned')
  await page.getByLabel('Judge').selectOption('checker:arithmetic-answer')
  await expect(page.getByText('The chosen answer of a pair is what is expected', { exact: false })).toBeVisible()
  await page.getByLabel('Longest answer').fill('0')
  await expect(page.getByText('A whole number from 1 to 4096.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start the evaluation' })).toBeDisabled()
  await page.getByLabel('Longest answer').fill('40')
  await page.getByRole('textbox', { name: 'Answers' }).fill('3')
  await page.getByRole('button', { name: 'Start the evaluation' }).click()
  await expect(page.getByRole('alert')).toContainText('At temperature 0 all answers to a prompt are the same')
  await page.getByRole('textbox', { name: 'Answers' }).fill('1')
  await expectAccessible(page)
  await page.keyboard.press('Control+Enter')

  await expect(page).toHaveURL(/\/evaluate\/1\?with=2$/)
  await expect(page.getByRole('progressbar', { name: 'Evaluation of starter' })).toBeVisible()
  const figures = page.getByRole('table', { name: 'Figures' })
  await expect(figures.getByRole('columnheader')).toContainText(['', 'starter', 'Tuned', 'Difference'], {
    timeout: 60_000,
  })
  const row = (name: string) => figures.getByRole('row', { name })
  await expect(row('Pass rate')).toContainText(/\d+\.\d %.* to .*points.*p /)
  await expect(row('Reward accuracy')).toContainText('–')
  await expect(page.getByText(/^32 pairs of sample, held out of Tuned; arithmetic-answer, greedy/)).toBeVisible()
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)

  // Every segment says how many items it shows, and shows them.
  const items = page.getByRole('article')
  await page.getByRole('radio', { name: 'Both right' }).click()
  const said = Number((await page.getByRole('radio', { name: 'Both right' }).innerText()).replace(/\D/g, ''))
  expect(said).toBeGreaterThan(0)
  await expect(page.getByText(`of ${said} items`)).toBeVisible()
  await expect(items.first().getByText('Right', { exact: true })).toHaveCount(2)
  await page.getByRole('radio', { name: 'By pairs' }).click()
  await expect(items.first()).toContainText(/Prefers (chosen|rejected)/)
  await expect(items.first()).toContainText(/Margin .* nats, from /)
  await page.getByLabel('Order').selectOption('Largest gain in margin')
  const address = page.url()
  await page.reload()
  await expect(page.getByLabel('Order')).toHaveValue('change')
  expect(page.url()).toBe(address)

  // Alone, and beside the other again.
  await page.getByLabel('Beside').selectOption('Nothing')
  await expect(figures.getByRole('columnheader', { name: 'Difference' })).toBeHidden()
  await page.getByLabel('Beside').selectOption('Tuned (2)')
  await expect(figures.getByRole('columnheader', { name: 'Difference' })).toBeVisible()

  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await expect(page).toHaveURL(/\/evaluate$/)
  await expect(page.getByRole('table', { name: 'Evaluations' }).getByRole('row')).toHaveCount(2)
})

test('an evaluation is cancelled, and one whose trainer dies says so', async ({ page, attune }) => {
  await attune.open('/evaluate?new=1&policy=model:starter&set=sample&checker=arithmetic-answer')
  const start = page.getByRole('button', { name: 'Start the evaluation' })
  await start.click()
  await expect(page.getByText('starter: answering prompts', { exact: false }).first()).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByText('the evaluation was cancelled, and nothing of it was kept')).toBeVisible()
  await expectAccessible(page)

  await attune.open('/evaluate?new=1&policy=model:starter&set=sample&checker=arithmetic-answer')
  await start.click()
  await expect(page.getByText('starter: answering prompts', { exact: false }).first()).toBeVisible({ timeout: 60_000 })
  process.kill(attune.trainer(), 'SIGKILL')
  await expect(page.getByRole('alert')).toContainText('the evaluation failed. The trainer process died.')
  await expectAccessible(page)
  await expect(page.getByRole('table', { name: 'Evaluations' }).getByRole('row')).toHaveCount(3)
})
