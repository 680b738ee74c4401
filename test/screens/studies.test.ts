// Studies in a real browser over the real app: what there is and how long it takes, started, stopped, and gone on with.
import { expect, expectAccessible, test } from './attune.ts'

test('a study from the list to its first steps, stopped and gone on with', async ({ page, attune }) => {
  test.setTimeout(240_000)
  await attune.open('/studies')
  await expect(page.getByRole('table', { name: 'Studies' }).getByRole('row')).toHaveCount(6)
  await expect(page.getByRole('heading', { name: 'No study selected' })).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Who wrote the answers' }).click()
  await expect(page).toHaveURL(/\/studies\/1$/)
  await expect(page.getByText(/^20 steps, about .*, by the pace of two shared processor cores/)).toBeVisible()
  await page.getByRole('radio', { name: 'Middle' }).click()
  await expect(page.getByText(/^44 steps, about \d+ min/)).toBeVisible()
  // SmolLM2 is not here: how long it would take is told, and at the start what is missing.
  await page.getByRole('radio', { name: 'Long' }).click()
  await expect(page.getByText(/^44 steps, about \d+ h/)).toBeVisible()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page.getByText('There is no model of this name', { exact: false })).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('radio', { name: 'Short' }).click()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const standing = page.getByRole('status', { name: 'How far it is' })
  await expect(standing).toContainText('Study 1, short, 1 seed, starter: running')
  await expect(standing.getByRole('progressbar')).toBeVisible()
  await expect(standing).toContainText('step 4 of 20: Sample', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(standing).toContainText('stopped, 3 of 20 steps', { timeout: 60_000 })
  await expect(page.getByText(/^17 of 20 steps are left, about/)).toBeVisible()
  await expect(page.getByText('What it finds will stand here')).toBeVisible()
  await expectAccessible(page)

  await expect(page.getByRole('button', { name: 'Go on' })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(standing).toContainText('Study 1, short, 1 seed, starter: running')
  await expect(page.getByRole('table', { name: 'Studies' })).toContainText('Running, 3 of 20 steps')
  await expect(standing).toContainText('step 8 of 20: Examine', { timeout: 180_000 })
})
