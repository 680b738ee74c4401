// The first run a user makes, from the click to its last step. With ATTUNE_PICTURES=1 it also makes the README's picture.
import { join } from 'node:path'
import { expect, test } from './attune.ts'

const picture = join(import.meta.dirname, '..', '..', 'docs', 'run.png')

test('the sample run ends in under two minutes and tells the three properties', async ({ page, attune }) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await attune.open('/runs')
  const begun = Date.now()
  await page.getByRole('button', { name: 'Train the starter model on the sample pairs' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 170_000 })
  // CI's cores are shared; the claim is for two quiet ones, so the check leaves room.
  expect(Date.now() - begun).toBeLessThan(170_000)
  for (const sentence of [
    /The rejected answers lost \d\.\d\d nats a token/,
    /The chosen answers (lost|gained|have hardly moved)/,
    /Answers to other prompts/,
  ])
    await expect(page.getByText(sentence).first()).toBeVisible()
  if (process.env.ATTUNE_PICTURES) await page.screenshot({ path: picture })
})
