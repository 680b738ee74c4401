// A checker with parameters in the form of a new run, and how a wrong one is told.
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

test('the parameters of the chosen checker are fields of the form, and its refusal stands at them', async ({
  page,
  attune,
}) => {
  await attune.open('/runs/new?method=grpo')
  const start = page.getByRole('button', { name: 'Start the run' })
  await page.getByLabel('Checker', { exact: true }).selectOption('length')
  await expect(page.getByLabel('At most', { exact: true })).toBeVisible()
  await start.click()
  await expect(
    page.getByRole('alert').filter({ hasText: 'Checker length needs at_least, at_most or both' }),
  ).toBeVisible()
  await expectAccessible(page)
  await pictured(page, 'checker-refused', page.getByLabel('Checker', { exact: true }))
  await page.getByLabel('At most', { exact: true }).fill('20')
  await page.getByLabel('At most', { exact: true }).blur()
  expect(new URL(page.url()).searchParams.get('settings')).toBe(
    '{"checker":"length","checker_parameters":["at_most=20"]}',
  )
  await page.getByLabel('Checker', { exact: true }).selectOption('contains')
  await page.getByLabel('Required').fill('the answer is\nso')
  await page.getByLabel('Required').blur()
  await expect(page.getByLabel('Required')).toHaveValue('the answer is\nso')
  expect(new URL(page.url()).searchParams.get('settings')).toBe(
    '{"checker":"contains","checker_parameters":["required=the answer is","required=so"]}',
  )
  await pictured(page, 'checker-contains', page.getByLabel('Checker', { exact: true }))
  await page.getByLabel('Checker', { exact: true }).selectOption('arithmetic-answer')
  await expect(page.getByLabel('Required')).toHaveCount(0)
  await expect(start).toBeEnabled()
})
