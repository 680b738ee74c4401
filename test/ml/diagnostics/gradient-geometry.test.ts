// The gradient geometry by hand: three pairs of two parameters.
import { expect, test } from 'vitest'
import { geometryReadings } from '../../../src/ml/diagnostics/gradient-geometry.ts'

/** g+ and g- in two dimensions. */
const pairOf = (chosen: [number, number], rejected: [number, number]) => {
  const dot = (a: [number, number], b: [number, number]) => a[0] * b[0] + a[1] * b[1]
  return { chosen: dot(chosen, chosen), rejected: dot(rejected, rejected), inner: dot(chosen, rejected) }
}

test('means, quantiles and the two shares of three pairs', () => {
  const found = geometryReadings([
    pairOf([1, 0], [2, 0]), // Pulled down: 2 > 1.
    pairOf([2, 0], [1, 0]), // The rejected pulled up: 2 > 1, and 2 < 4.
    pairOf([0, 1], [1, 0]), // Nothing to do with each other.
  ])
  expect(found).toMatchObject({
    'geometry/chosen_falls': 1 / 3,
    'geometry/rejected_rises': 1 / 3,
    'geometry/pull': 0.5,
    'geometry/cosine': 2 / 3,
    'geometry/chosen_square': 2,
    'geometry/rejected_square': 2,
    'geometry/chosen_norm': 4 / 3,
    'geometry/rejected_norm': 4 / 3,
  })
  expect(found['geometry/inner_product']).toBeCloseTo(4 / 3, 12)
  // Pulls 0, 0.5, 2: a tenth of the way from the least, a fifth of that between two of three.
  expect(found['geometry/pull/p10']).toBeCloseTo(0.1, 12)
  expect(found['geometry/pull/p90']).toBeCloseTo(1.7, 12)
})

test('a gradient of zero has no direction, and nothing measured is told of no pairs', () => {
  const still = geometryReadings([pairOf([0, 0], [1, 0])])
  expect(still).not.toHaveProperty('geometry/pull')
  expect(still).not.toHaveProperty('geometry/cosine')
  expect(still).toMatchObject({ 'geometry/chosen_falls': 0, 'geometry/rejected_norm': 1 })
  expect(geometryReadings([])).toEqual({})
})
