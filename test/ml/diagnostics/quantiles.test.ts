// Quantiles as numpy gives them.
import { expect, test } from 'vitest'
import { defined, mean, quantile, share } from '../../../src/ml/diagnostics/quantiles.ts'

test('interpolates between neighbours, in any order of the values', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  expect(quantile([4, 1, 3, 2], 0.1)).toBeCloseTo(1.3, 12)
  expect(quantile([7], 0.9)).toBe(7)
  expect(quantile([1, 2, 3], 1)).toBe(3)
  expect(quantile([], 0.5)).toBeNaN()
})

test('mean, share, and leaving out what is no number', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(share([1, 2, 3, 4], (value) => value > 3)).toBe(0.25)
  expect(defined({ a: 1, b: NaN, c: Infinity })).toEqual({ a: 1 })
})
