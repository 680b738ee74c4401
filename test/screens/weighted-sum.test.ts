// A weighted sum in the form: terms are added, weighed and taken away, and the settings shown are those of the terms.
import { expect, expectAccessible, test } from './attune.ts'
import { pictured } from './pictured.ts'

test('the settings of a weighted sum are those of its terms, and a wrong weight is said at the terms', async ({
  page,
  attune,
}) => {
  await attune.open('/runs/new?method=weighted-sum')
  const terms = page.getByRole('group', { name: 'Terms' })
  const start = page.getByRole('button', { name: 'Start the run' })
  await expect(page.getByLabel('Label smoothing')).toBeVisible()
  await terms.getByLabel('Method of term 1').selectOption('SimPO')
  await expect(page.getByLabel('Label smoothing')).toBeHidden()
  await expect(page.getByLabel('Target margin')).toHaveValue('0.5')
  await terms.getByRole('button', { name: 'Add a term' }).click()
  await terms.getByLabel('Method of term 3').selectOption('BCO')
  await expect(page.getByLabel('Running shift')).toBeVisible()
  // A method that is a term already is not offered again.
  await expect(terms.getByLabel('Method of term 2').getByRole('option', { name: 'BCO' })).toHaveCount(0)
  await terms.getByLabel('Weight of term 3').fill('0')
  await expect(page.getByText('The weight of bco must be above 0')).toBeVisible()
  await expect(start).toBeDisabled()
  await expectAccessible(page)
  await terms.getByLabel('Weight of term 3').fill('0.25')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await terms.getByRole('button', { name: 'Remove term 2' }).click()
  await expect(terms.getByLabel('Weight of term 2')).toHaveValue('0.25')
  expect(new URL(page.url()).searchParams.get('settings')).toBe('{"terms":["simpo*1","bco*0.25"]}')
  await expect(start).toBeEnabled()
  await pictured(page, 'terms', terms)
})
