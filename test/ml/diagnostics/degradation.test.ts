// The readings of Degradation on four pairs, worked by hand.
import { expect, test } from 'vitest'
import { degradationReadings } from '../../../src/ml/diagnostics/degradation.ts'
import { pairOf, scoreOf } from './score-of.ts'

const suppressed = pairOf(scoreOf(-10, -12, 2), scoreOf(-10, -20, 5)) // chosen -1 a token, margin +8
const learned = pairOf(scoreOf(-10, -8, 4), scoreOf(-10, -20, 5)) // chosen +0.5, margin +12
const lost = pairOf(scoreOf(-10, -14, 2), scoreOf(-10, -11, 1)) // chosen -2, margin -3
const still = pairOf(scoreOf(-10, -10, 3), scoreOf(-10, -11, 1)) // chosen 0, margin +1

test('mean change of chosen with quantiles, and the share whose margin grew while their chosen fell', () => {
  const found = degradationReadings([suppressed, learned, lost, still], [suppressed, lost])
  expect(found['degradation/train/chosen']).toBeCloseTo((-1 + 0.5 - 2 + 0) / 4, 12)
  expect(found['degradation/train/chosen/p10']).toBeCloseTo(-2 + 0.3, 12)
  expect(found['degradation/train/chosen/p90']).toBeCloseTo(0.35, 12)
  expect(found['degradation/train/chosen_sum']).toBeCloseTo((-2 + 2 - 4 + 0) / 4, 12)
  expect(found['degradation/heldout/chosen']).toBeCloseTo(-1.5, 12)
  expect(found['degradation/train/share']).toBe(0.25)
  expect(found['degradation/heldout/share']).toBe(0.5)
})

test('rounding is no suppression', () => {
  const rounded = pairOf(scoreOf(-10, -10.00001, 20), scoreOf(-10, -10.00003, 20))
  expect(degradationReadings([rounded], [])['degradation/train/share']).toBe(0)
})
