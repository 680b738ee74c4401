import { expect, test } from 'vitest'
import { ches, lengthNormalisedChes } from '../../../src/ml/diagnostics/ches.ts'

const summed = (...states: [number, number][]) => ({
  sum: [0, 1].map((d) => states.reduce((sum, state) => sum + state[d]!, 0)),
  tokens: states.length,
})

test('by hand', () => {
  const chosen = summed([1, 2], [3, 0]) // [4, 2], squared 20
  const rejected = summed([0, 1], [1, 1], [2, 1]) // [3, 3]
  expect(ches(chosen, rejected)).toBe(4 * 3 + 2 * 3 - 20)
  // Means [2, 1] and [1, 1]: 3 - 5.
  expect(lengthNormalisedChes(chosen, rejected)).toBeCloseTo(-2, 12)
})

test('a pair whose sides are read alike is at zero; a rejected side that goes further the same way is above it', () => {
  const chosen = summed([1, 2])
  expect(ches(chosen, chosen)).toBe(0)
  expect(ches(chosen, summed([1, 2], [1, 2]))).toBe(5)
  // What length alone does is gone from the means.
  expect(lengthNormalisedChes(chosen, summed([1, 2], [1, 2]))).toBe(0)
  expect(ches(chosen, summed([-1, -2]))).toBe(-10)
})

test('a small difference of large sums is kept', () => {
  const chosen = { sum: [1e4, 1e4], tokens: 100 }
  const rejected = { sum: [1e4 + 1e-6, 1e4], tokens: 100 }
  expect(ches(chosen, rejected)).toBeCloseTo(1e-2, 6)
})
