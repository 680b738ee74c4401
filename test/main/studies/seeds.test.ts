// Means over seeds with Student's interval, by numbers worked by hand.
import { expect, test } from 'vitest'
import { overSeeds } from '../../../src/main/studies/seeds.ts'

test('three seeds', () => {
  // 1, 2, 6: mean 3, variance (4 + 1 + 9) / 2 = 7, t = 4.303: 3 -+ 4.303 * sqrt(7 / 3) = 3 -+ 6.573.
  const { mean, low, high, of } = overSeeds([1, 2, 6])
  expect([mean, of]).toEqual([3, 3])
  expect(low).toBeCloseTo(-3.573, 2)
  expect(high).toBeCloseTo(9.573, 2)
})

test('one seed has no interval, none no mean, and what is no number is not counted', () => {
  expect(overSeeds([2, null, undefined, NaN])).toEqual({ mean: 2, low: null, high: null, of: 1 })
  expect(overSeeds([null])).toEqual({ mean: null, low: null, high: null, of: 0 })
})
