// The readings of Drop on three pairs, worked by hand.
import { expect, test } from 'vitest'
import { dropReadings } from '../../../src/ml/diagnostics/drop.ts'
import { pairOf, scoreOf } from './score-of.ts'

const train = [
  pairOf(scoreOf(-10, -8, 4), scoreOf(-20, -30, 5)), // chosen +0.5, rejected -2 a token
  pairOf(scoreOf(-10, -14, 4), scoreOf(-6, -7, 2)), // chosen -1, rejected -0.5
  pairOf(scoreOf(-10, -10, 10), scoreOf(-9, -6, 3)), // chosen 0, rejected +1
]

test('means, quantiles, speed and shares', () => {
  const heldout = [pairOf(scoreOf(-1, -1, 1), scoreOf(-2, -5, 6))]
  const found = dropReadings(train, heldout)
  expect(found['drop/train/rejected']).toBeCloseTo((-2 - 0.5 + 1) / 3, 12)
  expect(found['drop/train/rejected/p10']).toBeCloseTo(-2 + 0.2 * 1.5, 12)
  expect(found['drop/train/rejected/p90']).toBeCloseTo(-0.5 + 0.8 * 1.5, 12)
  expect(found['drop/train/rejected_sum']).toBeCloseTo((-10 - 1 + 3) / 3, 12)
  expect(found['drop/heldout/rejected']).toBeCloseTo(-0.5, 12)
  // means per token: rejected -0.5, chosen -1/6
  expect(found['drop/train/speed_ratio']).toBeCloseTo(3, 12)
  expect(found['drop/train/fell_faster']).toBeCloseTo(1 / 3, 12)
  expect(found['drop/train/log_gradient_ratio']).toBeCloseTo((22 - 7 - 4) / 3, 12)
})

test('before the first update nothing has moved: no speed, no share, and no NaN', () => {
  const still = [pairOf(scoreOf(-10, -10.00001, 40), scoreOf(-20, -20.00002, 40))]
  const found = dropReadings(still, [])
  expect(found).not.toHaveProperty('drop/train/speed_ratio')
  expect(found).not.toHaveProperty('drop/heldout/rejected')
  expect(found['drop/train/fell_faster']).toBe(0)
  expect(Object.values(found).every(Number.isFinite)).toBe(true)
})

test('without probes there are no readings', () => expect(dropReadings([], [])).toEqual({}))
