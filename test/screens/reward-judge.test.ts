// A reward model as the judge of an evaluation and of sampled pairs, in the window and in the terminal.
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

test.setTimeout(300_000)

test('scores instead of verdicts, with the difference of two policies', async ({ page, attune }) => {
  const quiet = ['checkpoint_every=2', 'heldout_pairs=8', 'probe_pairs=0', 'learning_rate=1e-3'].flatMap((one) => [
    '--set',
    one,
  ])
  attune.command(
    'train',
    '--model',
    'starter',
    '--pairs',
    'sample',
    '--method',
    'reward-model',
    '--steps',
    '2',
    ...quiet,
  )
  attune.command('models', 'keep', '1', '--name', 'judge')
  const sampled = attune.command(
    ...['pairs', 'sample', '--model', 'starter', '--prompts', 'sample', '--limit', '3', '--answers', '3'],
    ...['--tokens', '24', '--reward-model', 'judge', '--set', 'ranked'],
  )
  expect(sampled).toMatch(/^3 prompts, 9 answers, \d pairs/)

  await attune.open('/evaluate?new=1&policy=model:starter&set=sample&limit=6&maxTokens=24')
  await page.getByLabel('Judge').selectOption('reward:judge')
  await expect(page.getByText('This reward model scores an answer to each prompt')).toBeVisible()
  await pictured(page, 'judge-form')
  await page.getByRole('button', { name: 'Start the evaluation' }).click()
  const figures = page.getByRole('table', { name: 'Figures' })
  await expect(figures.getByRole('row', { name: /Mean score/ })).toBeVisible({ timeout: 90_000 })
  await expect(figures.getByRole('row', { name: /Pass rate/ })).toHaveCount(0)
  await expect(page.getByText(/^Score /).first()).toBeVisible()
  await expect(page.getByText('Undecided')).toHaveCount(0)
  await expectAccessible(page)
  await pictured(page, 'judge-result')

  await attune.open('/pairs/sample?judge=reward-model')
  await expect(page.getByLabel('Reward model')).toHaveValue('judge')
  await expectAccessible(page)
  await pictured(page, 'judge-sample')
})
