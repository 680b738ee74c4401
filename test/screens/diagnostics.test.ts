// What a run tells of itself beyond the three gauges: out of its domain, in parts, and of whole next-token distributions, on the starter model.
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

const quick = {
  learning_rate: 0.003,
  steps: 12,
  probe_every: 4,
  sample_every: 12,
  probe_sample_tokens: 16,
  sample_tokens: 16,
}

test('another set is chosen in the form, and the run’s page shows its curve, the parts and the distributions', async ({
  page,
  attune,
}) => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    ...{
      prompt: `${i} pens and ${(7 * i) % 10} more?`,
      chosen: `${i + ((7 * i) % 10)}`,
      rejected: `${i}, ${'or so '.repeat(i % 4)}`,
    },
    ...{ chosen_writer: i % 2 ? 'starter' : 'Ada', rejected_writer: 'starter' },
  }))
  const stories = Array.from({ length: 12 }, (_, i) => ({
    prompt: `A story of ${i}: `,
    chosen: `Once ${i} owls met.`,
    rejected: 'No.',
  }))
  const [sums, other] = [attune.write('sums.jsonl', rows), attune.write('stories.jsonl', stories)]
  const map = 'chosenBy=chosen_writer,rejectedBy=rejected_writer,prompt=prompt,chosen=chosen,rejected=rejected'
  attune.command('pairs', 'import', sums, '--set', 'sums', '--map', map)
  attune.command('pairs', 'import', other, '--set', 'stories')
  const query = new URLSearchParams({ model: 'starter', set: 'sums', name: 'Pens', settings: JSON.stringify(quick) })
  await attune.open(`/runs/new?${query.toString()}`)
  const choice = page.getByLabel('Out-of-domain set', { exact: true })
  await choice.selectOption('sums')
  await page.getByRole('button', { name: 'Start the run' }).click()
  await expect(page.getByText('sums is the set that the run trains on').first()).toBeVisible()
  await choice.selectOption('stories')
  await expectAccessible(page)
  await pictured(page, 'out-of-domain', choice)
  await page.getByRole('button', { name: 'Start the run' }).click()

  await expect(page.getByText('Finished', { exact: false }).first()).toBeVisible({ timeout: 120_000 })
  for (const title of ['KL per token', 'Mass of the likeliest tokens', 'Other unseen answers'])
    await expect(page.getByRole('figure', { name: title })).toBeVisible()
  await expect(page.getByText('out of domain').first()).toBeVisible()
  await page.getByText('Training probes by origin and length').click()
  const table = page.getByRole('table', { name: /Change per token/ })
  await expect(table.getByRole('row', { name: /^The model’s own/ })).toBeVisible()
  await expect(table.getByRole('row', { name: /^Longer/ })).toBeVisible()
  await expectAccessible(page)
  await pictured(page, 'splits', table)
})
