// What is told of a reward model, by hand.
import { describe, expect, test } from 'vitest'
import { calibrationError, rewardAccuracy, rewardLogLoss, rewardReadings } from '../../../src/ml/diagnostics/rewards.ts'

const pair = (margin: number, rejected = 0.25) => ({ chosen: rejected + margin, rejected })

describe('accuracy', () => {
  test('counts a tie as half', () => {
    expect(rewardAccuracy([pair(1), pair(0), pair(-2), pair(3)])).toBe(0.625)
    expect(rewardAccuracy([pair(0)])).toBe(0.5)
  })
})

describe('log loss', () => {
  test('is ln 2 for a model that knows nothing, and the margin itself far on the wrong side', () => {
    expect(rewardLogLoss([pair(0)])).toBeCloseTo(Math.LN2, 12)
    // -log sigma(ln 3) = -log(3/4).
    expect(rewardLogLoss([pair(Math.log(3))])).toBeCloseTo(Math.log(4 / 3), 12)
    expect(rewardLogLoss([pair(-2000)])).toBe(2000)
    expect(rewardLogLoss([pair(2000)])).toBe(0)
  })
})

describe('calibration error', () => {
  test('is nothing where confidence and share agree', () => {
    // sigma(ln 3) = 0.75: sure to three quarters, and right in three of four.
    const sure = Math.log(3)
    expect(calibrationError([pair(sure), pair(sure), pair(sure), pair(-sure)])).toBeCloseTo(0, 12)
    expect(calibrationError([pair(0), pair(0)])).toBe(0)
  })

  test('is the gap, weighed by pairs, over bins of confidence', () => {
    const sure = Math.log(3)
    // Bin of 0.75: right in one of two, gap 0.25; bin of 1: right in two of two, gap 0.
    expect(calibrationError([pair(sure), pair(-sure), pair(50), pair(50)])).toBeCloseTo(0.125, 12)
    // Always sure and always wrong is the worst there is, but for certainty itself.
    expect(calibrationError([pair(-60)])).toBeCloseTo(1, 12)
  })
})

test('readings of a step are over both responses of all pairs', () => {
  expect(rewardReadings([pair(1, 2), pair(-3, 1), pair(0, 5)])).toEqual({
    accuracy: 1 / 3,
    margin: -2 / 3,
    min_reward: -2,
    mean_reward: (3 + 2 - 2 + 1 + 5 + 5) / 6,
    max_reward: 5,
  })
})
