// New run, Run and Runs in a real browser over the real app: a tiny model is tuned, killed, resumed, compared.
import { join } from 'node:path'
import { expect, expectAccessible, test, type Attune } from './attune.ts'

const tiny = join(import.meta.dirname, '..', 'parity', 'fixtures', 'tiny-llama')

/** Settings under which the tiny model is tuned in seconds and every picture gets something to show. */
const quick = {
  learning_rate: 0.003,
  steps: 24,
  probe_every: 3,
  sample_every: 8,
  sample_tokens: 8,
  probe_sample_tokens: 8,
  checkpoint_every: 4,
}

/** A home with the tiny model and 150 sums, right answers chosen over wrong ones. */
function furnish(attune: Attune): void {
  const rows = Array.from({ length: 150 }, (_, i) => {
    const [a, b] = [1 + (i % 9), 1 + (Math.floor(i / 9) % 9)]
    const thing = ['cats', 'pens', 'eggs'][i % 3]
    return {
      prompt: `${a} ${thing} and ${b} more?`,
      chosen: `${a}+${b}=${a + b}`,
      rejected: `${a}+${b}=${a + b + 1}, so`,
    }
  })
  const file = attune.write('sums.jsonl', rows)
  attune.command('models', 'add', tiny, '--name', 'tiny')
  attune.command('pairs', 'import', file, '--set', 'sums')
}

function newRun(settings: object, name: string): string {
  const query = new URLSearchParams({ model: 'tiny', set: 'sums', name, settings: JSON.stringify(settings) })
  return `/runs/new?${query.toString()}`
}

/** How many columns of a light chart hold dark ink right of its y axis and above its x axis. */
function inkedColumns(canvas: HTMLCanvasElement): number {
  const [left, bottom] = [50, canvas.height - 30]
  const { data, width } = canvas.getContext('2d')!.getImageData(left, 0, canvas.width - left, bottom)
  const inked = new Set<number>()
  for (let at = 0; at < data.length; at += 4) if (data[at + 3]! > 200 && data[at]! < 100) inked.add((at / 4) % width)
  return inked.size
}

test('a form that says what is wrong, then a run whose pictures fill', async ({ page, attune }) => {
  furnish(attune)
  await attune.open(newRun(quick, 'Sums'))

  const start = page.getByRole('button', { name: 'Start the run' })
  const rank = page.getByRole('textbox', { name: 'LoRA rank' })
  await rank.fill('2.5')
  await expect(page.getByText('Expected a whole number, got 2.5')).toBeVisible()
  await expect(start).toBeDisabled()
  await page.getByLabel('Tuning', { exact: true }).selectOption('full')
  await expect(rank).toBeHidden()
  await expect(start).toBeEnabled()
  await page.getByLabel('Tuning', { exact: true }).selectOption('lora')
  await rank.fill('4')
  await expect(page.getByText('8 settings changed')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Estimate' })).toContainText('24')
  await expectAccessible(page)
  await page.reload()
  await expect(rank).toHaveValue('4')

  await start.click()
  await expect(page.getByRole('heading', { name: 'Sums', level: 1 })).toBeVisible()
  await expect(page.getByText('Each probe pair becomes a dot here')).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 90_000 })
  await expect(page.getByText('step 24 of 24')).toBeVisible()
  await expect(page.locator('a.dot')).toHaveCount(32)
  await expect(page.locator('figure', { hasText: 'Newest: loss 0.' })).toBeVisible()
  for (const [property, word] of [
    ['Drop', 'rejected'],
    ['Degradation', 'chosen'],
    ['Dispersion', 'prompts'],
  ] as const)
    await expect(page.getByRole('region', { name: property })).toContainText(word)
  await expect(page.getByRole('region', { name: 'Answers to fixed prompts' })).toContainText('Step 24, newest')
  await expectAccessible(page)

  // A chart out of sight was not drawn while the run went on; scrolled to, its line reaches over the whole plot.
  const rate = page.locator('figure', { hasText: 'Learning rate' })
  await rate.scrollIntoViewIfNeeded()
  await expect.poll(() => rate.locator('canvas').evaluate(inkedColumns)).toBeGreaterThan(150)

  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)

  // Everything was stored: another window shows the same.
  const path = await page.locator('path.trail').getAttribute('d')
  await page.reload()
  await expect(page.locator('path.trail')).toHaveAttribute('d', path ?? '')
  await page.getByRole('textbox', { name: 'Notes' }).fill('chosen rose')
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()

  await page.getByRole('link', { name: 'Fork', exact: true }).click()
  await expect(page.getByText('a fork of Sums')).toBeVisible()
  await expect(rank).toHaveValue('4')
})

test('a method shows its own settings, and a run that answers prompts itself its own curves', async ({
  page,
  attune,
}) => {
  furnish(attune)
  const answering = { steps: 4, probe_every: 2, sample_every: 4, sample_tokens: 8, probe_sample_tokens: 8 }
  await attune.open(newRun(answering, 'Answers'))

  const method = page.getByLabel('Method', { exact: true })
  await expect(page.getByRole('textbox', { name: 'Betaβ', exact: true })).toBeVisible()
  await method.selectOption('Flex-DPO')
  await expect(page.getByRole('textbox', { name: 'Beta of rejected' })).toHaveValue('0.08')
  await expect(page.getByRole('textbox', { name: 'Betaβ', exact: true })).toBeHidden()
  await method.selectOption('GRPO')
  await expect(page.getByRole('textbox', { name: 'Beta of rejected' })).toBeHidden()
  await page.getByLabel('Checker', { exact: true }).selectOption('exact-match')
  await page.getByRole('textbox', { name: 'Answers a prompt' }).fill('4')
  await page.getByRole('textbox', { name: 'Longest answer' }).fill('8')
  await page.getByLabel('Tuning', { exact: true }).selectOption('full')
  await expect(page.getByText('the weights of the reference are trained')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start the run' })).toBeDisabled()
  await page.getByLabel('Tuning', { exact: true }).selectOption('lora')
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Start the run' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 90_000 })
  await expect(page.locator('figure', { hasText: 'Score' }).first()).toContainText('held-out, greedy')
  await expect(page.locator('figure', { hasText: 'Length of answers' })).toBeVisible()
  await expect(page.locator('figure', { hasText: /Log-probability/ })).toHaveCount(0)
  await expectAccessible(page)
})

test('a killed trainer leaves its curves, and the run resumes', async ({ page, attune }) => {
  furnish(attune)
  // Long enough that it is still training when the window, drawn by the same two cores, has told the ninth step.
  await attune.open(newRun({ ...quick, steps: 300 }, 'Killed'))
  await page.getByRole('button', { name: 'Start the run' }).click()
  await page
    .getByText(/step (9|\d\d+) of 300/)
    .first()
    .waitFor({ timeout: 60_000 })
  process.kill(attune.trainer(), 'SIGKILL')

  await expect(page.getByRole('status').filter({ hasText: 'Interrupted' })).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'Nothing measured was lost' })).toBeVisible()
  await expect(page.locator('path.trail')).toHaveAttribute('d', /L/)
  await page.reload()
  await expect(page.locator('a.dot')).toHaveCount(32)
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 90_000 })
  await expect(page.getByText('step 300 of 300')).toBeVisible()
})

test('runs laid over each other show in what they differ, and nothing else', async ({ page, attune }) => {
  furnish(attune)
  const train = (name: string, ...settings: string[]) =>
    attune.command(
      'train',
      ...['--model', 'tiny', '--pairs', 'sums', '--method', 'dpo', '--steps', '6', '--name', name],
      ...['probe_every=3', 'sample_prompts=0', 'probe_samples=0', ...settings].flatMap((one) => ['--set', one]),
    )
  train('Gentle', 'learning_rate=0.001')
  train('Bold', 'learning_rate=0.01', 'beta=0.2')
  await attune.open('/runs')
  await expect(page.getByRole('link', { name: 'Gentle' })).toBeVisible()
  await page.getByRole('checkbox', { name: 'Compare Gentle' }).check()
  await page.getByRole('checkbox', { name: 'Compare Bold' }).check()

  const rows = page.getByRole('region', { name: 'In what they differ' }).getByRole('row')
  await expect(rows).toHaveText([/Setting/, /Beta\s*β\s*0.1\s*0.2/, /Learning rate\s*0.001\s*0.01/])
  await expect(page.locator('figure', { hasText: /Newest: Gentle 0\.\d+, Bold 0\.\d+/ }).first()).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('radio', { name: 'tokens' }).click()
  await page.reload()
  await expect(page.getByRole('radio', { name: 'tokens' })).toBeChecked()
  await expect(rows).toHaveCount(3)
})

test('one click trains the starter model on the sample pairs', async ({ page, attune }) => {
  await attune.open('/runs')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Train the starter model on the sample pairs' }).click()
  await expect(page.getByRole('heading', { name: 'First run', level: 1 })).toBeVisible()
  await page
    .getByText(/step [1-9]\d* of \d+/)
    .first()
    .waitFor({ timeout: 90_000 })
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Stopped' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()

  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Remove this run…' }).click()
  await page.getByRole('button', { name: 'Remove the run' }).click()
  await expect(page.getByRole('heading', { name: 'No run yet' })).toBeVisible()
})
