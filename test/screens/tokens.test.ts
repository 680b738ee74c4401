// Pair by pair in a real browser over the real app: courses of probe pairs, and the tokens of one at the checkpoints that are kept.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectAccessible, test, type Attune } from './attune.ts'

/** A short run of the starter model on texts that would be markup, and have lines and characters of several tokens. */
function furnish(attune: Attune): void {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    prompt: `Tom has ${i} apples and buys ${i + 2} more. How many?`,
    chosen: `He has ${2 * i + 2} apples.\nSo: <b>${2 * i + 2}</b> 🍎`,
    rejected: `He has ${2 * i + 3} apples, I think. <img src="/no-such-apple.png">`,
  }))
  const file = attune.write('apples.jsonl', rows)
  const settings = {
    ...{ steps: 12, checkpoint_every: 6, probe_every: 2, learning_rate: 0.002, heldout_pairs: 4, probe_pairs: 8 },
    ...{ probe_others: 2, probe_samples: 0, sample_prompts: 0, geometry_pairs: 0, precision: 'float32' },
  }
  const given = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  attune.command('train', '--model', 'starter', '--pairs', file, '--name', 'Apples', ...given)
}

test('courses of pairs, and the tokens of one at each checkpoint', async ({ page, attune }) => {
  test.setTimeout(600_000)
  furnish(attune)
  await attune.open('/runs/1')
  const section = page.getByRole('region', { name: 'Pair by pair' })
  const pairs = section.getByRole('listbox', { name: 'Probe pairs' }).getByRole('option')
  await expect(pairs).toHaveCount(12)
  const fell = (await pairs.locator('.chosen').allTextContents()).map((text) => Number(text.replace('−', '-')))
  expect(fell).toEqual(fell.toSorted((a, b) => a - b))
  await expectAccessible(page)

  // The next pair, by its key; it is in the address, and its course is drawn.
  await pairs.first().click()
  await page.keyboard.press('ArrowDown')
  await expect(pairs.nth(1)).toBeFocused()
  await expect(pairs.nth(1)).toHaveAttribute('aria-selected', 'true')
  const number = new URL(page.url()).searchParams.get('pair')!
  await expect(section.getByText(`Pair ${number}, nats/token`)).toBeVisible()
  await expect(section.getByText(/Newest: chosen −?[\d.]+, rejected −[\d.]+/)).toBeAttached()

  await section.getByRole('button', { name: 'Score its tokens' }).click()
  await expect(section.getByRole('status')).toContainText('Scoring')
  const chosen = section.getByRole('listbox', { name: /^Chosen \d+ tokens, together/ })
  await expect(chosen).toBeVisible({ timeout: 120_000 })
  // The sample pairs come before these.
  const of = Number(number) - 321
  expect(await chosen.textContent()).toMatch(`He has ${2 * of + 2} apples.\nSo: <b>${2 * of + 2}</b> 🍎`)
  const rejected = section.getByRole('listbox', { name: /^Rejected/ })
  await expect(rejected).toContainText('<img src="/no-such-apple.png">')
  await expect(section.locator('img, b')).toHaveCount(0)

  // A token says its numbers, under the pointer and in focus; the older checkpoint has others.
  await rejected.getByRole('option').first().focus()
  await page.keyboard.press('ArrowRight')
  const token = rejected.getByRole('option').nth(1)
  await expect(token).toBeFocused()
  const words = (await token.getAttribute('title'))!
  expect(words).toMatch(/^".+", log-ratio .+ nats: −[\d.]+(e−\d+)? at step 12, reference −/)
  await expect(token).toHaveAccessibleName(words)
  await expect(section.locator('.told').last()).toHaveText(words)
  await section.getByRole('radio', { name: 'Step 6' }).click()
  await expect(token).toHaveAttribute('title', /at step 6, reference −/)
  expect((await token.getAttribute('title'))!.split('reference')[1]).toBe(words.split('reference')[1])
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'light' })

  // Another pair is a text again, until it is asked for. What is gone from the disk is told, and what is left is shown.
  const checkpoints = join(attune.home, 'runs', '1', 'checkpoints')
  rmSync(join(checkpoints, 'step-000012'), { recursive: true })
  await pairs.nth(2).click()
  await expect(chosen).toHaveCount(0)
  await section.getByRole('button', { name: 'Score its tokens' }).click()
  await expect(section.getByText('The checkpoint at step 12 is no longer on disk')).toBeVisible({ timeout: 120_000 })
  await expect(section.getByText('Step 6', { exact: true })).toBeVisible()
  rmSync(checkpoints, { recursive: true })
  await pairs.nth(3).click()
  await section.getByRole('button', { name: 'Score its tokens' }).click()
  await expect(section.getByRole('alert')).toContainText('This run has no checkpoint, so there is nothing to load')
  await expectAccessible(page)
  await pairs.nth(1).click()
  await expect(chosen).toBeVisible()
})

test('before anything was scored the section says what it is for', async ({ page, attune }) => {
  const rows = ['Count.', 'Count on.'].map((prompt) => ({ prompt, chosen: 'one two '.repeat(2000), rejected: 'no' }))
  const file = attune.write('long.jsonl', rows)
  expect(() => attune.command('train', '--model', 'starter', '--pairs', file, '--name', 'Too long')).toThrow()
  await attune.open('/runs/1')
  const section = page.getByRole('region', { name: 'Pair by pair' })
  await expect(section).toContainText('Each probe pair gets its course here, once the run has scored them.')
  await expect(section.getByRole('button')).toHaveCount(0)
})
